// Returns a function that returns what the computed style of an element says of it: `kind` is its
// kind, from `kindOf`. Elements of one kind have the same tags and classes, and so have the elements
// around them. So nearly always they have the same style, and it is asked for once only: for each
// element of a long page it would take longer than all else.
(view) => {
  const kinds = new Map();
  const facts = [];
  const MIN_SPACE = 3;
  // Shapes that are empty, by CSS Masking 1.
  const NOTHING_LEFT = /^(?:circle\(0(?:px|%)?\b|inset\((?:100%|(?:\S+ )100%|(?:\S+ ){2}100%|(?:\S+ ){3}100%)|polygon\(0(?:px|%)? 0(?:px|%)?(?:, 0(?:px|%)? 0(?:px|%)?)*\)$)/;
  const ICON_FONT = /icon|symbol|awesome|glyph/i;

  // Each property is asked for when it is needed, and only once.
  class Facts {
    constructor(element) {
      this.style = view.getComputedStyle(element);
      this.display = this.style.display;
      this.isInline = /^(?:inline|contents|ruby)/.test(this.display);
      this.isTable = this.display.endsWith('table');
      // Whether its style may change the order of its children.
      this.isContainer = /^(?:inline-)?(?:flex|grid)$/.test(this.display);
      this.isVisible = this.style.visibility === 'visible';
      // The style of inline elements does not say so: they cannot be placed.
      this.isPlaced = !this.isInline && /^(?:absolute|fixed)$/.test(this.style.position);
      this.isCode = element.closest('pre, xmp, listing, plaintext') !== null;
      // For what needs no more than that: the tags and classes of the element and of its parent.
      const { parentElement } = element;
      this.brief = `${element.localName} ${element.className} ${parentElement?.localName} ${parentElement?.className}`;
      this.known = {};
    }

    once(name, find) {
      return this.known[name] ??= find(this.style);
    }

    get isFloat() {
      return this.once('float', (style) => style.float !== 'none');
    }

    // The style of what style sheets put into the element: `pseudo` is '::before' or the like.
    pseudo(element, pseudo) {
      return view.getComputedStyle(element, pseudo);
    }

    get listStyle() {
      return this.once('list', (style) => style.listStyleType);
    }

    get isReversed() {
      return this.once('reversed', (style) => this.display.includes('flex') && style.flexDirection.endsWith('reverse'));
    }

    get order() {
      return this.once('order', (style) => Number(style.order));
    }

    get isRow() {
      return this.once('row', (style) => this.isContainer
        && (this.display.includes('flex') ? style.flexDirection.startsWith('row')
          : style.gridTemplateColumns.includes(' ')));
    }

    get isIconFont() {
      return this.once('icon', (style) => ICON_FONT.test(style.fontFamily));
    }

    get isTiny() {
      return this.once('tiny', (style) => style.fontSize === '0px');
    }

    get keepsLines() {
      return this.once('lines', (style) => /^(?:pre|break)/.test(style.whiteSpace));
    }

    get keepsSpace() {
      return this.once('space', (style) => /^(?:pre(?!-line)|break)/.test(style.whiteSpace));
    }

    get isUnselectable() {
      return this.once('select', (style) => style.userSelect === 'none');
    }

    // Whether it is a box in a line, which may be wider than its text.
    get isBox() {
      return this.isInline && this.display.startsWith('inline-');
    }

    get isMonospace() {
      return this.once('mono', (style) => /mono|courier|consolas|menlo/i.test(style.fontFamily));
    }

    // Whether it is drawn without its content.
    get isSkipped() {
      return this.once('skip', (style) => style.contentVisibility === 'hidden');
    }

    get isClipping() {
      return this.once('clip', (style) => style.overflowY !== 'visible' || style.overflowX !== 'visible');
    }

    // Whether the style leaves nothing of it, wherever it is.
    get isCutAway() {
      return this.once('cut', ({ clipPath, transform }) => NOTHING_LEFT.test(clipPath) || /^matrix\(0, 0, 0, 0,/.test(transform));
    }

    // Whether the style may keep the element apart from the text around it.
    get isApart() {
      return this.once('apart', () => this.display !== 'contents'
        && (!this.isInline || this.isBox || this.space('Left') >= MIN_SPACE || this.space('Right') >= MIN_SPACE));
    }

    // Pixels between the border of the element and its text, and around it: `side` is Left or Right.
    space(side) {
      return this.once(side, (style) => parseFloat(style[`margin${side}`])
        + parseFloat(style[`padding${side}`]) + parseFloat(style[`border${side}Width`]));
    }
  }

  return {
    // `around` is the kind of the element around it, and `style` its attribute of that name.
    kindOf(element, around, style) {
      const { id, className, localName } = element;
      const name = `${around} ${localName} ${className} ${/\d/.test(id) ? '' : id} ${style}`;
      let kind = kinds.get(name);
      if (kind === undefined) kinds.set(name, kind = kinds.size);
      return kind;
    },
    factsOf(element, kind) {
      return facts[kind] ??= new Facts(element);
    },
  };
}
