// Returns a function that returns the marker of an item of a list: a text, '' for none, or null if the
// marker is that of the HTML. `before` is the text that style sheets put in front of the item, and
// `factsOf` is from the tree of the item. `counterIn` and `textIn` are the functions of
// `counter_styles.js` and `generated_text.js`.
(counterIn, textIn) => {
  const NUMBER = /^\s*\d{1,9}[.)]?\s*$/;
  // By item, its number. All items of a list are counted at once.
  const numbers = new Map();

  const count = (list, factsOf) => {
    const items = [...list.children].filter((child) => child.localName === 'li' && factsOf(child).display !== 'none');
    const isNumbered = list.localName === 'ol';
    const step = isNumbered && list.reversed ? -1 : 1;
    let number = 1;
    if (isNumbered) number = list.reversed && !list.hasAttribute('start') ? items.length : list.start;
    for (const item of items) {
      if (item.hasAttribute('value')) number = item.value;
      numbers.set(item, number);
      number += step;
    }
  };
  const numberOf = (item, factsOf) => {
    if (!numbers.has(item)) count(item.parentElement, factsOf);
    return numbers.get(item) ?? 1;
  };

  return (item, facts, before, factsOf) => {
    if (facts.display === 'none' || !item.parentElement) return null;
    const { listStyleType } = facts.style;
    if (!facts.isListItem || listStyleType === 'none') {
      if (NUMBER.test(before)) return before;
      return item.parentElement.localName === 'ol' ? '' : null;
    }
    if (facts.isPlainItem) return null;
    const { content } = facts.pseudo(item, '::marker');
    if (content !== 'normal') return content === 'none' ? '' : textIn(content, item, '::marker');
    if (listStyleType.startsWith('"')) return textIn(listStyleType, item, '::marker');
    return counterIn(numberOf(item, factsOf), listStyleType, true);
  };
}
