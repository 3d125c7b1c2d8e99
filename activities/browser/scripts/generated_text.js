// Returns a function that returns the text which style sheets put at an end of an element: `pseudo`
// is '::before' or '::after', and `kind` tells elements apart that may differ in that.
// Ornaments, icons and counters are no text.
(view) => {
  // Elements of one kind that have no text, until none of that kind is taken to have any.
  const ENOUGH = 3;
  const ICON_FONT = /icon|symbol|awesome|glyph/i;
  // A string, a picture, or the value of an attribute.
  const STRING = /^(?:"((?:[^"\\]|\\.)*)"|url\("[^"]*"\)|attr\(([\w-]+)[^)]*\))\s*/s;
  const without = { '::before': new Map(), '::after': new Map() };

  const unescape = (text) => text.replace(/\\(?:([0-9a-f]{1,6})\s?|(.))/gis, (_, code, character) =>
    (code ? String.fromCodePoint(Math.min(parseInt(code, 16) || 0xfffd, 0x10ffff)) : character));

  const textIn = (content, element) => {
    let rest = content.split(/ \/ (?=["a])/)[0];
    let text = '';
    while (rest) {
      const found = STRING.exec(rest);
      if (!found) return '';
      text += found[2] ? element.getAttribute(found[2]) ?? '' : unescape(found[1] ?? '');
      rest = rest.slice(found[0].length);
    }
    return text;
  };

  // Where the text of one kind of element is drawn: how it is set apart, or null if it is not drawn.
  const places = { '::before': new Map(), '::after': new Map() };

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

  return (element, kind, pseudo) => {
    const count = without[pseudo].get(kind) ?? 0;
    if (count >= ENOUGH) return '';
    const style = view.getComputedStyle(element, pseudo);
    const { content } = style;
    if (content === 'none' || content === 'normal' || content === '""') {
      without[pseudo].set(kind, count + 1);
      return '';
    }
    const text = textIn(content, element);
    // A word, a number, a price, or the punctuation between two words.
    if (!/[\p{L}\p{N}\p{Sc}]/u.test(text) && !/^\s*[:,%]\s*$/.test(text)) return '';
    const known = places[pseudo];
    if (!known.has(kind)) known.set(kind, placeOf(style, pseudo, text));
    const space = known.get(kind);
    if (space === null) return '';
    return pseudo === '::before' ? text + space : space + text;
  };
}
