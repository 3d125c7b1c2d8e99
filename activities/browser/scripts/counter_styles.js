// Returns a function that writes a number as a counter of a style sheet does, by CSS Counter Styles 3:
// `name` is the style. With `isMarker` it is the marker of an item, which is empty for a bullet and null
// if the style is not known. `document` is the page, whose style sheets may define styles.
(document) => {
  const ROMAN = [[1000, 'm'], [900, 'cm'], [500, 'd'], [400, 'cd'], [100, 'c'], [90, 'xc'], [50, 'l'],
    [40, 'xl'], [10, 'x'], [9, 'ix'], [5, 'v'], [4, 'iv'], [1, 'i']];
  const MAX_ROMAN = 3999;
  const LATIN = [...'abcdefghijklmnopqrstuvwxyz'];
  const GREEK = [...'αβγδεζηθικλμνξοπρστυφχψω'];
  const HAN = ['', ...'一二三四五六七八九'];
  // The digits of other scripts, as `Intl` calls them.
  const DIGITS = {
    'arabic-indic': 'arab', persian: 'arabext', devanagari: 'deva', bengali: 'beng', thai: 'thai',
    gujarati: 'gujr', gurmukhi: 'guru', kannada: 'knda', khmer: 'khmr', lao: 'laoo', malayalam: 'mlym',
    myanmar: 'mymr', oriya: 'orya', tamil: 'tamldec', telugu: 'telu', tibetan: 'tibt', 'cjk-decimal': 'hanidec',
  };

  const roman = (number) => {
    if (number < 1 || number > MAX_ROMAN) return `${number}`;
    let text = '';
    let rest = number;
    for (const [value, letters] of ROMAN) for (; rest >= value; rest -= value) text += letters;
    return text;
  };
  const alphabetic = (symbols) => (number) => {
    if (number < 1) return `${number}`;
    let text = '';
    for (let rest = number; rest > 0; rest = Math.floor((rest - 1) / symbols.length)) {
      text = symbols[(rest - 1) % symbols.length] + text;
    }
    return text;
  };
  const numeric = (symbols) => (number) => {
    let text = '';
    let rest = Math.abs(number);
    do {
      text = symbols[rest % symbols.length] + text;
      rest = Math.floor(rest / symbols.length);
    } while (rest > 0);
    return number < 0 ? `-${text}` : text;
  };
  const cyclic = (symbols) => (number) => symbols.at((number - 1) % symbols.length);
  const symbolic = (symbols) => (number) => (number < 1 ? `${number}`
    : symbols[(number - 1) % symbols.length].repeat(Math.min(Math.ceil(number / symbols.length), 20)));
  const han = (number) => {
    if (number < 1 || number > 99) return `${number}`;
    const tens = Math.floor(number / 10);
    return (tens > 1 ? HAN[tens] : '') + (tens ? '十' : '') + HAN[number % 10];
  };
  const upper = (write) => (number) => write(number).toUpperCase();
  const bullet = () => '';

  const WRITERS = {
    decimal: String,
    'decimal-leading-zero': (number) => (number >= 0 && number < 10 ? `0${number}` : `${number}`),
    'lower-roman': roman, 'upper-roman': upper(roman),
    'lower-alpha': alphabetic(LATIN), 'lower-latin': alphabetic(LATIN),
    'upper-alpha': upper(alphabetic(LATIN)), 'upper-latin': upper(alphabetic(LATIN)),
    'lower-greek': alphabetic(GREEK),
    'cjk-ideographic': han, 'japanese-informal': han, 'simp-chinese-informal': han, 'trad-chinese-informal': han,
    disc: bullet, circle: bullet, square: bullet, none: bullet,
    'disclosure-open': bullet, 'disclosure-closed': bullet,
  };
  const BY_SYSTEM = { alphabetic, numeric, cyclic, symbolic };

  const unquoted = (value) => (/^(["']).*\1$/s.test(value) ? value.slice(1, -1) : value)
    .replace(/\\([0-9a-f]{1,6})\s?/gi, (_, code) => String.fromCodePoint(Math.min(parseInt(code, 16), 0x10ffff)));
  const symbolsOf = (rule) => (rule.symbols.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map(unquoted);
  const fixed = (symbols, first) => (number) => symbols[number - first] ?? `${number}`;

  const styleOf = (rule) => {
    const [system, first] = (rule.system || 'symbolic').split(/\s+/);
    const symbols = symbolsOf(rule);
    const base = system === 'extends' ? WRITERS[first] : null;
    if (!base && symbols.length < (system === 'numeric' || system === 'alphabetic' ? 2 : 1)) return null;
    const write = base ?? (system === 'fixed' ? fixed(symbols, parseInt(first ?? '1', 10)) : BY_SYSTEM[system]?.(symbols));
    return write ? { write, prefix: unquoted(rule.prefix), suffix: rule.suffix ? unquoted(rule.suffix) : '. ' } : null;
  };

  // The styles that the page defines, by their names.
  const defined = (() => {
    let found = null;
    const read = (rules) => {
      for (const rule of rules) {
        if (rule.constructor.name === 'CSSCounterStyleRule') found.set(rule.name, styleOf(rule));
        else if (rule.cssRules && !rule.selectorText) read(rule.cssRules);
      }
    };
    return () => {
      if (found) return found;
      found = new Map();
      for (const sheet of [...document.styleSheets, ...document.adoptedStyleSheets]) {
        try {
          read(sheet.cssRules);
        } catch { /* style sheets of other sites cannot be read */ }
      }
      return found;
    };
  })();

  const known = (name) => {
    if (Object.hasOwn(WRITERS, name)) return { write: WRITERS[name], prefix: '', suffix: WRITERS[name] === han ? '、' : '. ' };
    if (Object.hasOwn(DIGITS, name)) {
      const digits = new Intl.NumberFormat('en', { numberingSystem: DIGITS[name], useGrouping: false });
      return { write: (number) => digits.format(number), prefix: '', suffix: '. ' };
    }
    return defined().get(name) ?? null;
  };

  return (number, name, isMarker = false) => {
    const style = known(name);
    if (!isMarker) return (style ?? known('decimal')).write(number);
    if (!style) return null;
    const text = style.write(number);
    return text && style.prefix + text + style.suffix;
  };
}
