// Returns a function that returns the values of a counter of the style sheets where an element has
// text: `pseudo` is '::before', '::after' or '::marker'. The last value is that of the innermost
// counter (CSS Lists 3, 4). It returns null for what is not counted, such as shadow trees. The whole
// page is counted at the first call, until `deadline` at most: few pages have counters.
(document, { kindOf, factsOf }, deadline) => {
  const PSEUDOS = ['::before', '::after'];
  let counted = null;
  let stacks;

  // The counters that a style names, such as `section 0`, with their numbers.
  const namesIn = (list, fallback) => {
    if (!list || list === 'none') return [];
    return [...list.matchAll(/(?:reversed\()?([^\s()]+)\)?(?:\s+(-?\d+))?/g)]
      .map(([, name, number]) => [name, number === undefined ? fallback : Number(number)]);
  };
  const actsOf = (style) => ({
    reset: namesIn(style.counterReset, 0),
    increment: namesIn(style.counterIncrement, 1),
    set: namesIn(style.counterSet, 0),
    shows: [...new Set([...style.content.matchAll(/counters?\(\s*([^\s,)]+)/g)].map(([, name]) => name))],
  });

  const stackOf = (name) => stacks.get(name) ?? stacks.set(name, []).get(name);
  // `scope` is the element around the one that counts.
  const reset = (name, value, scope) => {
    const stack = stackOf(name);
    if (stack.at(-1)?.scope === scope) stack.pop();
    stack.push({ value, scope });
  };
  const top = (name, scope) => {
    const stack = stackOf(name);
    if (!stack.length) stack.push({ value: 0, scope });
    return stack.at(-1);
  };
  const count = (acts, scope) => {
    for (const [name, value] of acts.reset) reset(name, value, scope);
    for (const [name, value] of acts.increment) top(name, scope).value += value;
    for (const [name, value] of acts.set) top(name, scope).value = value;
  };
  const show = (acts, element, pseudo) => {
    for (const name of acts.shows) {
      const values = stackOf(name).map(({ value }) => value);
      counted.get(element)?.set(pseudo + name, values) ?? counted.set(element, new Map([[pseudo + name, values]]));
    }
  };

  const isShownItem = (element) => element.localName === 'li'
    && document.defaultView.getComputedStyle(element).display !== 'none';
  // The number in front of that of the first item.
  const startOf = (list) => {
    if (list.localName !== 'ol') return 0;
    if (!list.reversed) return list.start - 1;
    return 1 + (list.hasAttribute('start') ? list.start : [...list.children].filter(isShownItem).length);
  };
  // Lists and their items count without a style sheet.
  const countItem = (element, facts, acts, scope) => {
    if (/^(?:ol|ul|menu)$/.test(element.localName)) {
      reset('list-item', startOf(element), scope);
    } else if (facts.display.includes('list-item') && !acts.increment.some(([name]) => name === 'list-item')) {
      top('list-item', scope).value += element.parentElement?.reversed === true ? -1 : 1;
      if (element.hasAttribute('value')) top('list-item', scope).value = element.value;
    }
  };

  const copyOfStacks = () => new Map([...stacks].map(([name, stack]) => [name, stack.map((each) => ({ ...each }))]));

  // What is not drawn counts for itself only: where a control unfolds it, it has numbers as well.
  const enter = (element, around) => {
    const kind = kindOf(element, around?.kind ?? -1, element.getAttribute('style') ?? '');
    const facts = factsOf(element, kind);
    const saved = facts.display === 'none' ? copyOfStacks() : null;
    const scope = element.parentNode;
    const acts = facts.once('counts', () => actsOf(facts.style));
    countItem(element, facts, acts, scope);
    count(acts, scope);
    const [before, after] = PSEUDOS.map((pseudo) => facts.once(pseudo, () => {
      const style = facts.pseudo(element, pseudo);
      return style.content === 'none' || style.content === 'normal' ? false : actsOf(style);
    }));
    if (element.localName === 'li') {
      const marker = facts.once('::marker', () => actsOf(facts.pseudo(element, '::marker')));
      show(marker, element, '::marker');
    }
    if (before) {
      count(before, element);
      show(before, element, '::before');
    }
    return { element, kind, after, saved };
  };
  const leave = ({ element, after, saved }) => {
    if (after) {
      count(after, element);
      show(after, element, '::after');
    }
    for (const stack of stacks.values()) while (stack.at(-1)?.scope === element) stack.pop();
    if (saved) stacks = saved;
  };
  // Without recursion: scripts can put more elements within each other than there is room for calls.
  const visit = (root) => {
    const open = [];
    for (let next = root, steps = 1; next; steps += 1) {
      if (steps % 64 === 0 && performance.now() > deadline) return;
      open.push(enter(next, open.at(-1)));
      next = next.firstElementChild;
      while (!next && open.length) {
        const left = open.pop();
        leave(left);
        next = open.length ? left.element.nextElementSibling : null;
      }
    }
  };

  return (element, pseudo, name) => {
    if (!counted) {
      counted = new Map();
      stacks = new Map();
      visit(document.documentElement);
    }
    return counted.get(element)?.get(pseudo + name) ?? null;
  };
}
