// Returns functions that tell what keeps an element apart from the text around it by its style only:
// nothing (''), a space, or a line break ('\n'). So words stay apart in HTML without style sheets.
// `factsOf` returns the facts of an element, from `style_facts.js`.
(factsOf) => {
  // Elements that keep words apart by their name.
  const BLOCKS = new Set(['address', 'article', 'aside', 'blockquote', 'body', 'br', 'caption',
    'center', 'dd', 'details', 'dialog', 'dl', 'div', 'dt', 'fieldset', 'figcaption', 'figure',
    'footer', 'form', 'frameset', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'header', 'hr', 'html', 'li',
    'main', 'menu', 'nav', 'ol', 'optgroup', 'option', 'p', 'pre', 'search', 'section', 'select',
    'summary', 'table', 'tbody', 'td', 'textarea', 'tfoot', 'th', 'thead', 'tr', 'ul']);
  // Elements whose margin is an ornament of text that goes on.
  const ORNAMENTED = new Set(['code', 'kbd', 'mark', 'sub', 'sup', 'samp', 'var', 'abbr', 'i', 'em', 'u']);
  // Pixels between two words.
  const MIN_GAP = 3;
  // Nodes without text beside an element that are looked at.
  const MANY = 20;
  const ONE_LINE = 'h1, h2, h3, h4, h5, h6, a, button, summary, label';

  const isBlock = (node) => BLOCKS.has(node.localName);
  const isWord = (character) => /[\p{L}\p{N}]/u.test(character ?? '');
  const isLetter = (node) => node?.textContent.trim().length === 1;

  // Whether an element begins or ends with a `br`, at the side of the text beside it.
  const endsLine = (element, side) => {
    let edge = element;
    while (edge?.firstChild) edge = side === 'previous' ? edge.lastChild : edge.firstChild;
    return edge.localName === 'br';
  };

  // The text beside `element`, at `side` ('previous' or 'next') within the same block, and whether
  // white space stands between.
  const beside = (element, side) => {
    let hasSpace = false;
    let hasLineEnd = false;
    for (let at = element; !isBlock(at);) {
      let node = at[`${side}Sibling`];
      for (let i = 0; node && i < MANY; i += 1, node = node[`${side}Sibling`]) {
        if (node.nodeType === 1 && (isBlock(node) || node.localName.includes('-'))) return null;
        const text = node.nodeType === 8 || /^(?:script|style|template)$/.test(node.localName) ? '' : node.textContent;
        const trimmed = side === 'previous' ? text.trimEnd() : text.trimStart();
        const space = side === 'previous' ? text.slice(trimmed.length) : text.slice(0, text.length - trimmed.length);
        if (node.nodeType === 1 && endsLine(node, side)) hasLineEnd = true;
        hasSpace ||= space !== '';
        hasLineEnd ||= space.includes('\n');
        if (trimmed) return { at, character: side === 'previous' ? trimmed.at(-1) : trimmed[0], hasSpace, hasLineEnd };
        if (node.nodeType === 1 && /^(?:img|input|svg)$/.test(node.localName)) return { at, character: '', hasSpace, hasLineEnd };
      }
      at = at.parentNode;
      if (!at || at.nodeType !== 1) return null;
    }
    return null;
  };

  const kindOf = (element, facts, around) => {
    if (facts.isInline) return '';
    if (facts.display === 'table-cell') return ' ';
    if (facts.display === 'none' || facts.isFloat || facts.isPlaced) return ' ';
    if (around?.isRow) {
      // Letters of a word that move one by one.
      const isWordInLetters = isLetter(element) && (isLetter(element.previousElementSibling) || isLetter(element.nextElementSibling));
      return isWordInLetters ? '' : ' ';
    }
    return element.parentElement?.closest(ONE_LINE) && !element.closest('pre') ? ' ' : '\n';
  };

  // Whether the text of a box in a line ends well before the box does, or begins well behind it.
  const hasGap = (element, side) => {
    const range = element.ownerDocument.createRange();
    range.selectNodeContents(element);
    const [text, box] = [range.getBoundingClientRect(), element.getBoundingClientRect()];
    return text.width > 0 && (side === 'previous' ? text.left - box.left : box.right - text.right) >= MIN_GAP;
  };

  const between = (element, facts, around, side) => {
    const kind = kindOf(element, facts, around);
    const mayBeMargin = !kind && facts.display !== 'contents' && !ORNAMENTED.has(element.localName);
    const isMargin = mayBeMargin && facts.space(side === 'previous' ? 'Left' : 'Right') >= MIN_GAP;
    const mayHaveGap = mayBeMargin && !isMargin && facts.isBox;
    if (!kind && !isMargin && !mayHaveGap) return null;
    const other = beside(element, side);
    if (!other || (other.hasSpace && kind !== '\n')) return null;
    const text = element.textContent.trim();
    // An initial that is larger than the rest of its word.
    if (side === 'next' && text.length < 3 && /[\p{Ll}\p{Lu}]$/u.test(text) && /\p{Ll}/u.test(other.character)
      && !beside(element, 'previous')) return null;
    // In code, a line end within a line that is a block is the end of that line.
    if (facts.isCode && (other.hasLineEnd || endsLine(element, side === 'next' ? 'previous' : 'next') || (side === 'next' && element.textContent.endsWith('\n')))) return null;
    if (!kind) {
      const areWords = isWord(other.character) && isWord(side === 'previous' ? text[0] : text.at(-1));
      return areWords && (isMargin || hasGap(element, side)) ? { at: other.at, separator: ' ' } : null;
    }
    return { at: other.at, separator: kind };
  };

  return {
    isBlock,
    // What to put in front of an element, and behind it: `{ at, separator }`, or null. `at` is the
    // element at whose border the separator belongs.
    before: (element, facts, around) => between(element, facts, around, 'previous'),
    after(element, facts, around) {
      const found = between(element, facts, around, 'next');
      const next = found?.at.nextElementSibling;
      // An element that follows directly, and is kept apart as well, sees to that itself.
      const isDone = next && found.at.nextSibling === next && !isBlock(next) && found.separator
        && between(next, factsOf(next), around, 'previous');
      return isDone ? null : found;
    },
  };
}
