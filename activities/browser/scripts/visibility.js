// Returns `judge`, which tells whether a reader sees an element, by its computed style:
//
// - 'seen': it is drawn. What is inside of it has verdicts of its own.
// - 'folded': it is not drawn, but a control that is drawn unfolds it, such as a tab or an accordion.
// - 'hidden': it is not drawn, and no reader gets to see it. Or the same text is drawn elsewhere,
//   as with copies for screens of other widths.
//
// `isDrawnBox` is the function of `drawn_boxes.js`.
(document, isDrawnBox) => {
  const view = document.defaultView;
  const styleOf = (element, pseudo) => view.getComputedStyle(element, pseudo);
  // Elements without a verdict: what is inside of them is drawn by rules of their own.
  const EXEMPT = new Set(['html', 'body', 'main', 'option', 'optgroup', 'noscript', 'source', 'br',
    'script', 'style', 'template', 'link', 'meta', 'title', 'area', 'param', 'track', 'wbr', 'rp']);
  // What opens above the page, or is said only when something has happened.
  const LAYERS = 'dialog, [popover], [aria-modal="true"], [role="dialog"], [role="alertdialog"], '
    + '[role="menu"], [role="listbox"], [role="tooltip"], [role="alert"], [role="status"]';
  const LAYER_NAMES = new RegExp('(?:^|[\\s_-])(?:modal|popup|popover|lightbox|offcanvas|off-canvas|'
    + 'drawer|tooltip|toast|cookies?|consent|overlay|dropdown(?:-menu)?|flyout)(?:$|[\\s_-])', 'i');
  const PANEL_NAMES = /tab|pane|slid|carousel|swiper|accordion|collaps|faq|answer|step|toggl|expand|more/i;
  const NAVIGATION = 'nav, header, [role="navigation"], [role="menubar"], [role="menu"]';
  const CONTROLS = 'button, summary, label, [role="button"], [role="tab"], [aria-expanded], [onclick], '
    + 'a:not([href]), a[href^="#"], a[href^="javascript:"]';
  const OPENS_LAYER = '[aria-haspopup]:not([aria-haspopup="false"]), [popovertarget], '
    + '[data-toggle="modal"], [data-bs-toggle="modal"], [data-toggle="dropdown"], '
    + '[data-bs-toggle="dropdown"], [data-bs-toggle="offcanvas"]';
  // Characters. A shorter text may be drawn elsewhere by chance.
  const LONG = 40;
  // Elements beside an element that are looked at.
  const MANY = 50;
  // Characters. A longer part may hold a control for something else.
  const SHORT = 200;

  const plain = (text) => text.toLowerCase().replace(/\s+/g, '');
  const textOf = (element) => {
    if (!element.querySelector('script, style, template, noscript')) return element.textContent;
    const walker = document.createTreeWalker(element, 4);
    let text = '';
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!EXEMPT.has(node.parentNode.localName)) text += node.data;
    }
    return text;
  };
  const isDrawn = (element) => element.getClientRects().length > 0;
  // The first parts of an element. `children` of a form may be one of its fields.
  const partsOf = (element) => {
    const parts = [];
    for (let part = element?.firstElementChild; part && parts.length < MANY; part = part.nextElementSibling) parts.push(part);
    return parts;
  };

  // All text that is drawn or folded.
  let texts = null;
  const allText = () => texts ??= plain(document.body?.innerText ?? '');
  const isThereTwice = (text) => allText().split(text, 3).length > 2;

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

  // The selectors of what is shown while a box is checked, without that; null if that is unknown.
  let shownByBoxes;
  const selectorsOfBoxes = () => {
    if (shownByBoxes !== undefined) return shownByBoxes;
    shownByBoxes = [];
    const read = (rules) => {
      for (const { selectorText, cssRules } of rules) {
        if (selectorText?.includes(':checked')) shownByBoxes.push(selectorText.replaceAll(':checked', ''));
        else if (cssRules?.length) read(cssRules);
      }
    };
    try {
      for (const sheet of document.styleSheets) read(sheet.cssRules);
    } catch { // a style sheet of another site
      shownByBoxes = null;
    }
    return shownByBoxes;
  };
  // Whether a checkbox or a radio button in front of it shows it, as with tabs without scripts.
  const isShownByBox = (element) => {
    if (!partsOf(element.parentElement).some((child) => child.matches('input[type=radio], input[type=checkbox]')
      && child.compareDocumentPosition(element) & 4)) return false;
    return selectorsOfBoxes()?.some((selector) => element.matches(selector)) ?? true;
  };

  const isLayer = (element) => element.matches(LAYERS)
    || LAYER_NAMES.test(`${element.getAttribute('class') ?? ''} ${element.id}`);

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

  const judgeUndrawn = (element) => {
    const text = plain(textOf(element));
    if (!text || isLayer(element)) return 'hidden';
    if (!isUnfolded(element) && !isUnfolded(flatAround(element))) return 'hidden';
    if (text.length >= LONG && allText().includes(text)) return 'hidden';
    texts = `${allText()}\n${text}`;
    return 'folded';
  };

  const isOutside = (element, style) => {
    const box = element.getBoundingClientRect();
    if (!box.width && !box.height) return false;
    const isLeft = box.right + view.scrollX <= 0 || box.bottom + view.scrollY <= 0;
    return isLeft || (style.position === 'fixed' && box.left >= view.innerWidth);
  };

  // Whether its own size cuts all of its text.
  const isFlat = (element) => (element.offsetHeight <= 1 || element.offsetWidth <= 1)
    && element.textContent.trim() !== '';

  // Whether the usual styles hide it from all but screen readers.
  const isForScreenReaders = (style) => {
    if (style.position !== 'absolute' && style.position !== 'fixed') return false;
    if (/^rect\(0px,? 0px,? 0px,? 0px\)|^rect\(1px,? 1px,? 1px,? 1px\)/.test(style.clip)) return true;
    if (/^inset\((?:50|100)%/.test(style.clipPath)) return true;
    return parseFloat(style.width) <= 1 && parseFloat(style.height) <= 1 && style.overflowX !== 'visible';
  };

  // Text that only screen readers get: of a link or a button it is the label of an icon, and beside
  // a part that they do not get it is the same in words.
  const judgeForScreenReaders = (element) => {
    // Of a formula, only this form is text.
    if (element.querySelector('math')) return 'seen';
    const holder = element.closest('a, button, [role="button"]');
    if (holder && holder !== element && plain(holder.textContent) === plain(element.textContent)) return 'seen';
    if (element.parentElement?.querySelector(':scope > [aria-hidden="true"]')?.textContent.trim()) return 'seen';
    return 'hidden';
  };

  const ICONS = /^(?:i|span|em|b|div|[a-z]+-icon)$/;
  const isIcon = (element) => {
    if (element.firstElementChild || !ICONS.test(element.localName)) return false;
    const text = element.textContent.trim();
    return text.length < 30 && /^[a-z0-9_]+$/.test(text);
  };

  // What screen readers skip is drawn all the same, but may be there in words as well.
  const judgeSkipped = (element) => {
    const text = element.textContent.trim();
    if (!/[\p{L}\p{N}\p{Sc}]/u.test(text)) return 'hidden';
    const plainText = plain(text);
    // A copy, as in a carousel that goes round.
    const mayBeCopy = plainText.length >= LONG || /clone|duplicate/.test(element.className);
    if (mayBeCopy && isThereTwice(plainText)) return 'hidden';
    for (const other of partsOf(element.parentElement)) {
      if (other === element || !other.textContent.trim()) continue;
      if (other.getAttribute('aria-hidden') !== 'true' && plain(other.textContent) === plainText) return 'hidden';
      if (isForScreenReaders(styleOf(other))) return 'hidden';
    }
    return 'seen';
  };

  // Some scripts hide a whole page until its styles have loaded, and fail to show it again.
  const isWholePageInvisible = [document.body, document.querySelector('main')]
    .some((element) => element && styleOf(element).visibility !== 'visible');

  const visible = { visibilityProperty: !isWholePageInvisible };

  // `facts` are those of its kind, from `style_facts.js`. `isInFolded`: it is inside of a folded
  // element, so that nothing is known of its boxes. `hasMarks`: its attributes may hide it.
  const judge = (element, facts, isInFolded, hasMarks) => {
    if (EXEMPT.has(element.localName)) return 'seen';
    // Many sites draw boxes of their own, and hide the real ones.
    if (element.localName === 'input' && /^(?:checkbox|radio)$/.test(element.type)
      && (element.closest('li') || isDrawnBox(element))) return 'seen';
    if (isInFolded) {
      const style = styleOf(element);
      if (style.display === 'none') return judgeUndrawn(element);
      return isForScreenReaders(style) ? judgeForScreenReaders(element) : 'seen';
    }
    if (!element.checkVisibility(visible)) {
      if (element.getAttribute('hidden') === 'until-found') return 'folded';
      const style = styleOf(element);
      if (style.display === 'none') return judgeUndrawn(element);
      // A part of it may be visible again. What is in a closed `details` is not drawn either.
      return style.visibility === 'visible' || element.innerText?.trim() ? 'seen' : judgeUndrawn(element);
    }
    if (facts.isSkipped) {
      return element.getAttribute('hidden') === 'until-found' ? 'folded' : judgeUndrawn(element);
    }
    if (facts.isPlaced) {
      const style = styleOf(element);
      if (isForScreenReaders(style)) return judgeForScreenReaders(element);
      if (style.opacity === '0' && !element.getAnimations().length) {
        return isOneOfStack(element) && !isLayer(element) ? 'folded' : judgeUndrawn(element);
      }
      if (isOutside(element, style)) return isOneOfSet(element) ? judgeUndrawn(element) : 'hidden';
    }
    if (facts.isCutAway) return judgeUndrawn(element);
    if (!facts.isInline && facts.isClipping && isFlat(element)) return judgeUndrawn(element);
    if (facts.isIconFont && isIcon(element)) return 'hidden';
    return hasMarks && element.getAttribute('aria-hidden') === 'true' ? judgeSkipped(element) : 'seen';
  };

  return { judge, isWholePageInvisible };
}
