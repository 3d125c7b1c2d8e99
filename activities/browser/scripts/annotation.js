// Returns a class that writes into a copy of a document what the computed style says of the original.
//
// `inert` is the document of the copy. `htmlNode` returns a node that stands for HTML, and
// `copyOfFrame` returns what a frame shows, or null. `drawn` returns what a tree has of `drawn_tables.js`,
// `drawn_code.js` and `drawn_order.js`. `separationOf` is the function in `separation.js`, and `writing`
// has those of `copy_writing.js`. `given` has closed shadow trees by their elements. The work stops at
// `deadline`. `onGap` is called if the style of a part is not read, and `onClosedTree` once for an element
// that may have a closed shadow tree which is not given.
({
  inert, htmlNode, copyOfFrame, separationOf, drawn, writing, given, deadline, onGap, onClosedTree,
}) => {
  const {
    writeFieldValue, uncover, nameOf, renamed, keepLines, hide, markUndrawn,
  } = writing;
  const MAX_LEVELS = 20;
  // Containers of one kind that are looked at.
  const ENOUGH = 3;
  const UNREAD = new Set(['head', 'base', 'link', 'meta', 'title', 'script', 'style', 'template',
    'svg', 'math', 'object', 'canvas', 'audio', 'video']);
  // Elements that are seen or not seen as a whole.
  const JUDGED = new Set(['svg', 'audio', 'video']);
  const FRAMES = new Set(['iframe', 'frame', 'object']);
  const MARKED = '[hidden], [aria-hidden], [style], dialog';

  // Whether an `object` shows a document that can be read, or its own content in the place of one.
  const isReadObject = (element) => {
    if (element.contentDocument?.documentElement) return true;
    const range = element.ownerDocument.createRange();
    range.selectNodeContents(element);
    return range.getClientRects().length > 0;
  };

  // Whether `onClosedTree` has been called, after which no other element needs to be asked.
  let hasClosedTree = false;

  // `root` is an element or a shadow tree, and `copy` its copy, which has the same structure.
  return class Annotation {
    constructor(root, copy, tools, level) {
      this.tools = tools;
      this.level = level;
      this.elements = [...root.querySelectorAll('*')];
      this.copies = [...copy.querySelectorAll('*')];
      if (root.nodeType === Node.ELEMENT_NODE) {
        this.elements.unshift(root);
        this.copies.unshift(copy);
      }
      this.places = new Map();
      this.elements.forEach((element, index) => this.places.set(element, index));
      this.marked = new Set(root.querySelectorAll(MARKED));
      this.styled = new Set(root.querySelectorAll('[style]'));
      this.kinds = [];
      const factsOf = (element) => this.factsOf(element);
      this.separation = separationOf(factsOf);
      this.drawn = drawn(factsOf);
      this.foldedUntil = 0;
      this.codeUntil = 0;
      this.writeFallbacks(root, copy);
      this.later = [];
    }

    kindOf(element) {
      const index = this.places.get(element);
      if (index === undefined) return -1;
      const style = this.styled.has(element) ? element.getAttribute('style') : '';
      return this.kinds[index] ??= this.tools.kindOf(element, this.kindOf(element.parentElement), style);
    }

    factsOf(element) {
      return this.tools.factsOf(element, this.kindOf(element));
    }

    write() {
      const { elements } = this;
      for (let i = 0, steps = 1; i < elements.length; steps += 1) {
        i = this.writeOrSkip(i);
        if (steps % 64 === 0 && performance.now() > deadline) {
          onGap();
          break;
        }
      }
      for (const act of this.later) {
        try {
          act();
        } catch {
          onGap();
        }
      }
    }

    // Scripts have run, so no reader sees the content of a `noscript`. There it is a text, and in the
    // copy it is elements, of which some are the sources of pictures.
    writeFallbacks(root, copy) {
      const copies = copy.querySelectorAll('noscript');
      root.querySelectorAll('noscript').forEach((element, index) => {
        copies[index].setAttribute('hidden', '');
        if (!element.firstElementChild) copies[index].replaceChildren(htmlNode(element.textContent));
      });
    }

    // A form's fields can stand in the place of its properties. Then only the form is not read.
    writeOrSkip(i) {
      try {
        return this.writeElement(i);
      } catch {
        onGap();
        return i + 1;
      }
    }

    // Returns the index of the element to go on with.
    writeElement(i) {
      const { tools } = this;
      const element = this.elements[i];
      const { localName } = element;
      const isUnread = UNREAD.has(localName) && !(localName === 'object' && isReadObject(element));
      const end = () => i + 1 + element.getElementsByTagName('*').length;
      if (isUnread && !JUDGED.has(localName)) return end();
      const kind = this.kindOf(element);
      const facts = tools.factsOf(element, kind);
      const isFolded = i < this.foldedUntil;
      const isMarked = this.marked.has(element);
      const verdict = tools.judge(element, facts, isFolded, isMarked);
      const copy = this.copies[i];
      const isCode = facts.isCode || i < this.codeUntil;
      if (verdict === 'hidden' || (isCode && facts.isUnselectable && this.isLineNumber(element))) {
        hide(copy);
        return end();
      }
      if (verdict === 'folded' && !isFolded) this.foldedUntil = end();
      if (isMarked) uncover(element, copy);
      if (isUnread) {
        if (localName === 'svg' && copy.querySelector('text, foreignObject')) markUndrawn(element, copy, tools);
        return end();
      }
      const mayHaveTree = facts.isCustom || element.firstChild === null;
      const tree = element.shadowRoot ?? (mayHaveTree ? this.closedTreeOf(element) : null);
      const lights = tree && this.lightsOf(element, copy);
      this.writeText(element, i, facts, isFolded, isCode);
      this.writeSpecial(element, i, facts);
      if (lights && this.level < MAX_LEVELS) this.writeShadow(tree, i, lights);
      return i + 1;
    }

    writeText(element, i, facts, isFolded, isCode) {
      const { separation, tools } = this;
      const copy = this.copies[i];
      const hasText = element.firstChild !== null;
      const isUndrawn = (hasText && facts.isTiny)
        || (!facts.isVisible && !isFolded && i >= this.foldedUntil && !tools.isWholePageInvisible);
      if (isUndrawn) {
        for (const child of [...copy.childNodes]) if (child.nodeType === Node.TEXT_NODE) child.remove();
      }
      if (hasText && !isCode && element.localName !== 'textarea' && facts.keepsLines) {
        const lines = this.drawn.linesOfCode(element, facts);
        if (lines.length) this.writeCodeBlock(lines);
        else keepLines(copy);
      }
      if (!isCode && i >= this.codeUntil && element.localName !== 'q') {
        let before = tools.generated(element, facts, '::before');
        const after = tools.generated(element, facts, '::after');
        if (element.localName === 'li' && !(facts.isPlainItem && !before)) before = this.writeMarker(element, copy, facts, before);
        if (before) copy.prepend(before);
        if (after) copy.append(after);
      }
      if (facts.isApart && !separation.isBlock(element)) this.separate(element, facts, isCode);
    }

    // Whether an element that cannot be selected holds nothing but numbers. On some pages nothing can be.
    isLineNumber(element) {
      const { parentElement } = element;
      return /^\s*\d[\d\s]*$/.test(element.textContent) && !(parentElement && this.factsOf(parentElement).isUnselectable);
    }

    // Returns the text that is still to be written in front of the item.
    writeMarker(item, copy, facts, before) {
      const marker = this.tools.markerOf(item, facts, before, (other) => this.factsOf(other));
      if (marker !== null) copy.style.listStyleType = marker ? JSON.stringify(marker) : 'none';
      return marker && marker === before ? '' : before;
    }

    // Puts elements that are a block of code into a `pre`, each of them on a line of its own.
    writeCodeBlock(elements) {
      const block = inert.createElement('pre');
      const inside = elements.flatMap((element) => [element, ...element.getElementsByTagName('*')]);
      this.codeUntil = this.places.get(inside.at(-1)) + 1;
      this.later.push(() => {
        const isInRow = ({ parentElement }) => parentElement !== null && this.factsOf(parentElement).isRow;
        const lines = inside.filter((element) => element.localName !== 'div' && !this.factsOf(element).isInline
          && !isInRow(element));
        for (const line of lines) this.copyAt(line).style.display = 'block';
        const copies = elements.map((element) => this.copyAt(element));
        copies[0].replaceWith(block);
        for (const copy of copies) block.append(copy);
      });
    }

    separate(element, facts, isCode) {
      const around = element.parentElement && this.factsOf(element.parentElement);
      if (isCode && around?.isRow) return;
      const node = (separator) => (separator === '\n' && !isCode ? inert.createElement('br') : inert.createTextNode(separator));
      const before = this.separation.before(element, facts, around);
      const after = this.separation.after(element, facts, around);
      if (before) this.copyAt(before.at)?.before(node(before.separator));
      if (after) this.copyAt(after.at)?.after(node(after.separator));
    }

    copyAt(element) {
      return this.copies[this.places.get(element)];
    }

    // What is not only the copy of an element.
    writeSpecial(element, i, facts) {
      const copy = this.copies[i];
      const { localName } = element;
      if (localName === 'input' || localName === 'textarea' || localName === 'option') writeFieldValue(element, copy);
      if (FRAMES.has(localName)) {
        const body = this.level < MAX_LEVELS && copyOfFrame(element, this.level + 1);
        if (body) this.later.push(() => this.copies[i].replaceWith(body));
      }
      if (facts.isTable || facts.isContainer) this.writeArrangement(element, facts);
      const name = nameOf(element, facts);
      if (name !== localName) this.copies[i] = renamed(copy, name);
    }

    writeArrangement(element, facts) {
      const rows = this.drawn.rowsOfTable(element, facts);
      if (rows) this.later.push(() => this.writeTable(element, rows));
      // Containers of one kind nearly always have children of the same kinds.
      if (facts.arranged >= ENOUGH) return;
      const order = this.drawn.orderOf(element, facts);
      if (!order && element.childElementCount > 1) facts.arranged += 1;
      if (order) this.later.push(() => this.writeOrder(element, order));
    }

    writeTable(element, rows) {
      this.copyAt(element).setAttribute('role', 'table');
      for (const [row, cells] of rows) {
        this.copyAt(row).setAttribute('role', 'row');
        const isHead = this.factsOf(row.parentElement).display === 'table-header-group';
        for (const cell of cells) this.copyAt(cell).setAttribute('role', isHead ? 'columnheader' : 'cell');
      }
    }

    writeOrder(element, order) {
      const children = [...element.children].map((child) => this.copyAt(child));
      const ordered = order.map((child) => this.copyAt(child));
      const marks = children.map((child) => inert.createComment(''));
      children.forEach((child, index) => child.replaceWith(marks[index]));
      marks.forEach((mark, index) => mark.replaceWith(ordered[index]));
    }

    // The closed shadow tree that an element shows, if it is given.
    closedTreeOf(element) {
      const tree = given.get(element);
      if (tree instanceof ShadowRoot) return tree;
      if (!hasClosedTree && this.tools.isClosedHost(element)) {
        hasClosedTree = true;
        onClosedTree();
      }
      return null;
    }

    lightsOf(host, copy) {
      const copies = [...copy.childNodes];
      return new Map([...host.childNodes].map((light, index) => [light, copies[index]]));
    }

    // Puts the shadow tree in the place of the children of its host, which fill its slots.
    writeShadow(root, i, lights) {
      const tree = inert.createElement('div');
      for (const child of root.childNodes) tree.append(inert.importNode(child, true));
      const slots = [...tree.querySelectorAll('slot')];
      const sources = [...root.querySelectorAll('slot')];
      new Annotation(root, tree, this.tools, this.level + 1).write();
      this.later.push(() => {
        const copyOfLight = (light) => this.copyAt(light) ?? lights.get(light);
        sources.forEach((slot, index) => {
          const assigned = slot.assignedNodes();
          if (assigned.length) slots[index].replaceChildren(...assigned.map(copyOfLight).filter(Boolean));
        });
        this.copies[i].replaceChildren(...tree.childNodes);
      });
    }
  };
}
