// Returns a function that returns what the computed style of an element says of it: `kind` is its
// kind, from `kindOf`. Elements of one kind have the same tags and classes, and so have the elements
// around them. So nearly always they have the same style, and it is asked for once only: for each
// element of a long page it would take longer than all else.
(view) => {
  const kinds = new Map();
  const facts = [];
  const MIN_SPACE = 3;
  const BULLETS = /^(?:disc|circle|square|disclosure-(?:open|closed))$/;
  // Shapes that are empty, by CSS Masking 1.
  const NOTHING_LEFT = /^(?:circle\(0(?:px|%)?\b|inset\((?:100%|(?:\S+ )100%|(?:\S+ ){2}100%|(?:\S+ ){3}100%)|polygon\(0(?:px|%)? 0(?:px|%)?(?:, 0(?:px|%)? 0(?:px|%)?)*\)$)/;
  const ICON_FONT = /icon|symbol|awesome|glyph/i;

  const classOf = (element) => element?.getAttribute('class') ?? '';

  // Each property is asked for when it is needed, and only once.
  class Facts {
    constructor(element) {
      const style = view.getComputedStyle(element);
      this.style = style;
      this.known = {};
      this.display = style.display;
      this.isInline = /^(?:inline|contents|ruby)/.test(this.display);
      this.isTable = this.display.endsWith('table');
      // Whether its style may change the order of its children.
      this.isContainer = /^(?:inline-)?(?:flex|grid)$/.test(this.display);
      // Whether it is a box in a line, which may be wider than its text.
      this.isBox = this.isInline && this.display.startsWith('inline-');
      this.isListItem = this.display.includes('list-item');
      this.isVisible = style.visibility === 'visible';
      // The style of inline elements does not say so: they cannot be placed.
      this.isPlaced = !this.isInline && /^(?:absolute|fixed)$/.test(style.position);
      this.isClipping = !this.isInline && (style.overflowY !== 'visible' || style.overflowX !== 'visible');
      this.isIconFont = ICON_FONT.test(style.fontFamily);
      this.isTiny = style.fontSize === '0px';
      this.keepsLines = /^(?:pre|break)/.test(style.whiteSpace);
      // Whether it is drawn without its content.
      this.isSkipped = style.contentVisibility === 'hidden';
      this.mayBeCutAway = this.isCutAway(style);
      // Whether the style may keep the element apart from the text around it.
      this.isApart = this.display !== 'contents'
        && (!this.isInline || this.isBox || this.space('Left') >= MIN_SPACE || this.space('Right') >= MIN_SPACE);
      this.isCode = element.closest('pre, xmp, listing, plaintext') !== null;
      this.isCustom = element.localName.includes('-');
      // For what needs no more than that: the tags and classes of the element and of its parent.
      const { parentElement } = element;
      this.brief = `${element.localName} ${classOf(element)} ${parentElement?.localName} ${classOf(parentElement)}`;
      this.isPlainItem = this.isListItem && element.localName === 'li' && this.isPlain(element);
      this.arranged = 0;
      this.texts = null;
    }

    // Whether the marker of an item is that of the HTML. Items of one kind have the same.
    isPlain(item) {
      const { listStyleType } = this.style;
      const isOfHtml = item.parentElement?.localName === 'ol' ? listStyleType === 'decimal' : BULLETS.test(listStyleType);
      return isOfHtml && this.pseudo(item, '::marker').content === 'normal';
    }

    // Whether its shape or its scale leaves nothing of it.
    isCutAway({ clipPath, transform }) {
      return NOTHING_LEFT.test(clipPath) || (!this.isInline && /^matrix\(0, 0, 0, 0,/.test(transform));
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

    get keepsSpace() {
      return this.once('space', (style) => /^(?:pre(?!-line)|break)/.test(style.whiteSpace));
    }

    get isUnselectable() {
      return this.once('select', (style) => style.userSelect === 'none');
    }

    get isMonospace() {
      return this.once('mono', (style) => /mono|courier|consolas|menlo/i.test(style.fontFamily));
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
      const { id, localName } = element;
      const name = `${around} ${localName} ${classOf(element)} ${id && !/\d/.test(id) ? id : ''} ${style}`;
      let kind = kinds.get(name);
      if (kind === undefined) kinds.set(name, kind = kinds.size);
      return kind;
    },
    factsOf(element, kind) {
      return facts[kind] ??= new Facts(element);
    },
  };
}
