// Returns functions that read the text which style sheets put into elements. `valuesOf` is the
// function of `counters.js`, and `counterIn` that of `counter_styles.js`.
(view, valuesOf, counterIn) => {
  // Elements of one kind that have no text, until none of that kind is taken to have any.
  const ENOUGH = 3;
  const ICON_FONT = /icon|symbol|awesome|glyph/i;
  // A string, a picture, the value of an attribute, or a counter.
  const PART = /^(?:"((?:[^"\\]|\\.)*)"|url\("[^"]*"\)|attr\(([\w-]+)[^)]*\)|(counters?)\(([^\s,()]+)(?:,\s*"((?:[^"\\]|\\.)*)")?(?:,\s*([^()"]+))?\))\s*/s;
  // Signs that say something: yes, no, and how good it is.
  const SIGNS = /[\u2605\u2606\u2610-\u2612\u2705\u2713\u2714\u2717\u2718\u274c]/;
  const unescape = (text) => text.replace(/\\([0-9a-f]{1,6})\s?|\\(.)/gis, (_, code, character) =>
    (code ? String.fromCodePoint(Math.min(parseInt(code, 16) || 0xfffd, 0x10ffff)) : character));

  // The text that `content` is for an element, which is empty if a part of it is not known. Characters of icon fonts (private use) are none.
  const textIn = (content, element, pseudo) => {
    let rest = content.split(/ \/ (?=["a])/)[0];
    let text = '';
    while (rest) {
      const found = PART.exec(rest);
      if (!found) return '';
      const [all, string, attribute, counter, name, separator, style] = found;
      if (attribute) text += element.getAttribute(attribute) ?? '';
      else if (counter) {
        const values = valuesOf(element, pseudo, name)?.map((value) => counterIn(value, style?.trim() ?? 'decimal'));
        if (!values?.length) return '';
        text += counter === 'counters' ? values.join(unescape(separator ?? '')) : values.at(-1);
      } else text += unescape(string ?? '');
      rest = rest.slice(all.length);
    }
    return text.replace(/\p{Co}/gu, '');
  };

  // What is known of elements with the same tags and classes: how many have no text at an end, and how
  // the text there is set apart, which is null if it is not drawn.
  const records = new Map();
  const recordOf = (brief) => {
    if (!records.has(brief)) records.set(brief, { '::before': { empty: 0 }, '::after': { empty: 0 } });
    return records.get(brief);
  };

  const placeOf = (style, pseudo, text) => {
    if (style.display === 'none' || style.visibility !== 'visible' || style.opacity === '0') return null;
    if (style.fontSize === '0px' || (style.overflowX !== 'visible' && parseFloat(style.height) <= 1)) return null;
    if (ICON_FONT.test(style.fontFamily) && /^\w+$/.test(text)) return null;
    // The number of a line of code.
    if (style.userSelect === 'none' && /^\s*\d+\s*$/.test(text)) return null;
    const isApart = !style.display.startsWith('inline')
      || parseFloat(style[pseudo === '::before' ? 'marginRight' : 'marginLeft']) >= 2;
    return isApart ? ' ' : '';
  };

  // A word, a number, a price, the punctuation between two words, or all that a cell has.
  const isText = (text, element) => /[\p{L}\p{N}\p{Sc}]/u.test(text) || /^\s*[:,%]\s*$/.test(text)
    || SIGNS.test(text) || (/^t[dh]$/.test(element.localName) && /\S/.test(text) && !element.textContent.trim());

  return {
    textIn,
    // Returns the text at an end of an element: `pseudo` is '::before' or '::after', and `facts` are
    // those of its kind. Ornaments and icons are no text.
    generated(element, facts, pseudo) {
      const known = (facts.texts ??= recordOf(facts.brief))[pseudo];
      if (known.empty >= ENOUGH) return '';
      const style = view.getComputedStyle(element, pseudo);
      const { content } = style;
      if (content === 'none' || content === 'normal' || content === '""') {
        known.empty += 1;
        return '';
      }
      const text = textIn(content, element, pseudo);
      if (!isText(text, element)) return '';
      if (known.space === undefined) known.space = placeOf(style, pseudo, text);
      let { space } = known;
      if (space === null) return '';
      if (SIGNS.test(text.trim().at(pseudo === '::before' ? -1 : 0))) space = ' ';
      return pseudo === '::before' ? text + space : space + text;
    },
  };
}
