// Returns a class that tells the markers of the items of lists, where the page's HTML does not.
// `markerIn` and `textIn` are the functions of `counter_styles.js` and `generated_text.js`.
({ markerIn, textIn }) => {
  const BULLETS = /^(?:disc|circle|square|disclosure-(?:open|closed))$/;
  const NUMBER = /^\s*\d{1,9}[.)]?\s*$/;

  return class ListMarkers {
    constructor() {
      // By list, the number of its last item.
      this.numbers = new Map();
    }

    numberOf(item, list) {
      const isNumbered = list?.localName === 'ol';
      const last = this.numbers.get(list);
      let number = (last ?? (isNumbered ? list.start - 1 : 0)) + 1;
      if (isNumbered && list.reversed) number = last === undefined ? list.start : last - 1;
      if (item.hasAttribute('value')) number = item.value;
      this.numbers.set(list, number);
      return number;
    }

    // Returns the marker of the next item of a list: a text, '' for none, or null if the marker is
    // that of the HTML. `before` is the text that style sheets put in front of the item.
    of(item, facts, before) {
      const list = item.parentElement;
      const isNumbered = list?.localName === 'ol';
      const number = this.numberOf(item, list);
      if (facts.display === 'none') return null;
      if (!facts.display.includes('list-item') || facts.listStyle === 'none') {
        if (NUMBER.test(before)) return before;
        return isNumbered ? '' : null;
      }
      const content = facts.once('marker', () => facts.pseudo(item, '::marker').content);
      if (content !== 'normal') return content === 'none' ? '' : textIn(content, item, '::marker');
      const { listStyle } = facts;
      if (isNumbered ? listStyle === 'decimal' : BULLETS.test(listStyle)) return null;
      return listStyle.startsWith('"') ? textIn(listStyle, item, '::marker') : markerIn(number, listStyle);
    }
  };
}
