// Returns functions that tell what a control of the page unfolds, such as a tab or an accordion.
// `textOf` and `styleOf` are from `visibility.js`.
(document, { textOf, styleOf }) => {
  const PANEL_NAMES = /tab|pane|slid|carousel|swiper|accordion|collaps|faq|answer|step|toggl|expand|more/i;
  const NAVIGATION = 'nav, header, [role="navigation"], [role="menubar"], [role="menu"]';
  const CONTROLS = 'button, summary, label, [role="button"], [role="tab"], [aria-expanded], [onclick], '
    + 'a:not([href]), a[href^="#"], a[href^="javascript:"]';
  const OPENS_LAYER = '[aria-haspopup]:not([aria-haspopup="false"]), [popovertarget], '
    + '[data-toggle="modal"], [data-bs-toggle="modal"], [data-toggle="dropdown"], '
    + '[data-bs-toggle="dropdown"], [data-bs-toggle="offcanvas"]';
  // Elements beside an element that are looked at.
  const MANY = 50;
  // Characters. A shorter text has no control behind it that shows the rest.
  const LONG = 40;
  // Characters. A longer part may hold a control for something else.
  const SHORT = 200;

  const isDrawn = (element) => element.getClientRects().length > 0;
  // The first parts of an element. `children` of a form may be one of its fields.
  const partsOf = (element) => {
    const parts = [];
    for (let part = element?.firstElementChild; part && parts.length < MANY; part = part.nextElementSibling) parts.push(part);
    return parts;
  };

  // By root, the words in attributes of controls. Among them are the ids, the classes or the data
  // attributes of what they unfold.
  const words = new Map();
  const wordsIn = (root) => {
    if (words.has(root)) return words.get(root);
    const found = new Set();
    words.set(root, found);
    for (const control of root.querySelectorAll(`${CONTROLS}, li, [aria-controls], [tabindex]`)) {
      if (control.matches(OPENS_LAYER) || !isDrawn(control)) continue;
      for (const { name, value } of control.attributes) {
        const mayName = ['aria-controls', 'href', 'onclick', 'for'].includes(name) || name.startsWith('data-');
        if (!mayName || value.length > 200) continue;
        found.add(value.replace(/^#/, ''));
        for (const word of value.match(/[^\s#'"(),;:]+/g) ?? []) found.add(word);
      }
    }
    return found;
  };
  const isNamedByControl = (element) => {
    const root = element.getRootNode();
    const named = wordsIn(root);
    const isNamed = ({ id }) => id !== '' && named.has(id);
    if (isNamed(element) || [...element.querySelectorAll('[id]')].some(isNamed)) return true;
    if ([...element.classList].some((name) => named.has(`.${name}`))) return true;
    const label = element.getAttribute('aria-labelledby');
    if (label && isControl(root.getElementById?.(label))) return true;
    return Object.values(element.dataset ?? {}).some((value) => /[a-z]{2}/i.test(value) && value !== 'true'
      && value !== 'false' && named.has(value));
  };

  const isControl = (element) => {
    if (!element || !isDrawn(element) || element.matches(OPENS_LAYER)) return false;
    if (element.matches(CONTROLS)) return true;
    if (element.querySelector(OPENS_LAYER)) return false;
    const { length } = element.textContent;
    if (length < SHORT && element.querySelector('[aria-expanded="false"]')) return true;
    // A question, with a small button at its side.
    const names = `${element.className} ${element.parentElement?.className}`;
    if (length < SHORT && element.querySelector('button, [role="button"]')
      && (element.matches('h1, h2, h3, h4, h5, h6, dt, tr') || PANEL_NAMES.test(names))) return true;
    const inner = element.querySelector(CONTROLS);
    if (inner && 2 * inner.textContent.length >= length) return true;
    return !element.matches('a') && styleOf(element).cursor === 'pointer';
  };

  // Whether one of several parts of the same kind is drawn, and this one is another.
  const isOneOfSet = (element) => {
    const parent = element.parentElement;
    if (!parent || !PANEL_NAMES.test(`${element.className} ${element.id} ${parent.className} ${parent.id}`)) return false;
    for (const other of partsOf(parent)) {
      if (other === element || other.localName !== element.localName || !isDrawn(other)) continue;
      const isAlike = element.classList.length === 0
        || [...element.classList].some((name) => other.classList.contains(name));
      if (isAlike) return true;
    }
    return false;
  };

  // Whether a part of the same kind is drawn at the same place, as the slides of a show that fades are.
  const isOneOfStack = (element) => {
    const box = element.getBoundingClientRect();
    return partsOf(element.parentElement).some((other) => {
      if (other === element || other.localName !== element.localName) return false;
      if (element.classList.length && ![...element.classList].some((name) => other.classList.contains(name))) return false;
      const place = other.getBoundingClientRect();
      return Math.abs(place.left - box.left) < 2 && Math.abs(place.top - box.top) < 2
        && Math.abs(place.width - box.width) < box.width / 2 && styleOf(other).opacity === '1';
    });
  };

  // Whether a list shows its first parts only, with a control behind it that shows the rest.
  const lists = new Map();
  const isRestOfList = (element) => {
    const list = element.parentElement;
    if (!list || element.closest('form')) return false;
    if (!lists.has(list)) {
      const first = list.firstElementChild;
      const last = [list.nextElementSibling, list.lastElementChild].find((other) => other && isDrawn(other));
      const isOnlyControl = last?.matches(CONTROLS)
        || (last?.children.length === 1 && last.firstElementChild.matches(CONTROLS));
      lists.set(list, first && isDrawn(first) && isOnlyControl && isControl(last) ? first.localName : null);
    }
    return lists.get(list) === element.localName;
  };

  // By root, the selectors of what is shown while a box is checked or is not, for a box in any state.
  // Null if unknown.
  const shownByBoxes = new Map();
  const inAnyState = (selector) => selector.replaceAll(':not(:checked)', ':is(input)').replaceAll(':checked', ':is(input)');
  const readSelectors = (rules, found) => {
    for (const { selectorText, cssRules } of rules) {
      if (selectorText?.includes(':checked')) found.push(inAnyState(selectorText));
      else if (cssRules?.length) readSelectors(cssRules, found);
    }
    return found;
  };
  const selectorsOfBoxes = (element) => {
    const root = element.getRootNode();
    if (!shownByBoxes.has(root)) {
      const { styleSheets, adoptedStyleSheets } = root === element.ownerDocument ? document : root;
      try {
        shownByBoxes.set(root, [...styleSheets, ...adoptedStyleSheets]
          .reduce((found, sheet) => readSelectors(sheet.cssRules, found), []));
      } catch { // a style sheet of another site
        shownByBoxes.set(root, null);
      }
    }
    return shownByBoxes.get(root);
  };
  const matches = (element, selector) => {
    try {
      return element.matches(selector);
    } catch { // without `:checked` it may be no selector
      return false;
    }
  };
  // Whether a checkbox or a radio button in front of it shows it, as with tabs without scripts.
  const isShownByBox = (element) => {
    if (!partsOf(element.parentElement).some((child) => child.matches('input[type=radio], input[type=checkbox]')
      && child.compareDocumentPosition(element) & 4)) return false;
    return selectorsOfBoxes(element)?.some((selector) => matches(element, selector)) ?? true;
  };

  const isUnfolded = (element) => {
    if (element.matches('[role="tabpanel"]') || isNamedByControl(element)) return true;
    if (element.querySelector('[role="tabpanel"]')) return true;
    if (element.closest(NAVIGATION)) return false;
    let before = element.previousElementSibling;
    for (let i = 0; i < MANY && before && !isDrawn(before) && !before.matches('input'); i += 1) {
      before = before.previousElementSibling;
    }
    // In forms, hidden messages stand beside buttons.
    const isMessage = element.closest('form') && !before?.matches('[aria-expanded]')
      && !before?.querySelector('[aria-expanded]');
    if (!isMessage && isControl(before)) return true;
    if (isShownByBox(element)) return true;
    if (isOneOfSet(element) || isRestOfList(element)) return true;
    const after = element.nextElementSibling;
    return !element.closest('form') && textOf(element).trim().length >= LONG
      && Boolean(after?.matches(CONTROLS)) && isControl(after);
  };

  // The outermost element that holds nothing but an element, and is as flat.
  const flatAround = (element) => {
    let outer = element;
    for (let at = element.parentElement; at?.childElementCount === 1 && at.offsetHeight <= 1; at = at.parentElement) outer = at;
    return outer;
  };

  return {
    partsOf,
    isOneOfSet,
    isOneOfStack,
    // Whether a control that is drawn unfolds an element, or all that is as flat around it.
    isUnfolded(element) {
      const outer = flatAround(element);
      return isUnfolded(element) || (outer !== element && isUnfolded(outer));
    },
  };
}
