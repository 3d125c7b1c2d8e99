// Returns what tells that the page has not got its content yet:
//   sign      the visible loading indicator: 'busy', 'progress', 'skeleton', 'words', 'animation';
//             null if there is none
//   isInView  whether the indicator is within the window, so that no scrolling is needed
//   letters   letters and digits of the page's own text, up to `enough`: without navigation and
//             buttons, and with a quarter of its links
//   isEmpty   whether the page shows no text and no picture at all, but has scripts
// The other parameters are the words of `activities.content.loading_words`.
(enough, loading, loadingUnspaced, wait, waitUnspaced) => {
  const MAX_TEXTS = 5000;
  const MAX_FRAMES = 10;
  const LINK_WORTH = 4;
  const deadline = performance.now() + 100;

  const SKIPPED = new Set(['SCRIPT', 'STYLE', 'NOSCRIPT', 'TEMPLATE', 'HEAD', 'TEXTAREA', 'OPTION']);
  const AROUND =
    'nav, footer, aside, button, [role=navigation], [role=contentinfo], [role=complementary], ' +
    '[role=button]';
  const STATED = '[data-loading=true], [data-state=loading], [data-status=loading]';
  const MARKED =
    '[aria-busy=true i], [role=progressbar i]:not([aria-valuenow]), progress:not([value]), ' +
    ['skeleton', 'shimmer', 'spinner', 'loader', 'loading', 'placeholder-glow', 'placeholder-wave',
      'animate-spin', 'animate-pulse'].map((word) => `[class*=${word} i]`).join(', ') +
    `, ${STATED}, [aria-label], img[src*=load i], img[src*=spinner i], img[alt]`;
  // A name such as `page-loader`, `SkeletonText` or `loading`, but not `lazyloading` or `uploader`.
  const NAME = new RegExp(
    '(?:^|[-_])(?:skeletons?|shimmer|spinner|pre-?loader|loader|loading|placeholder-glow|' +
    'placeholder-wave|animate-spin|animate-pulse)(?:$|[-_\\d])|' +
    '(?:^|[a-z_-])(?:Skeleton|Shimmer|Spinner|Preloader|Loader|Loading)(?:$|[A-Z_\\d-])|' +
    '^(?:skeleton|shimmer|spinner|preloader|loader|loading)[A-Z]',
  );
  const NOT_NAME = /lazy|infinite|more|done|finish|complete|error|loaded|hid|wf-/i;
  const words = (spaced, unspaced) =>
    new RegExp(`(?<!\\p{L})(?:${spaced})(?!\\p{L})|${unspaced}`, 'iu');
  const LOADING = words(loading, loadingUnspaced);
  const WAIT = words(wait, waitUnspaced);
  // These words have other meanings as well, unless dots follow them.
  const AMBIGUOUS = /^(?:laden|laster|fetching|loading|chargement|загрузка)$/iu;
  const ELLIPSIS = /(?:…|\.\.\.|。。。|⋯)$/;
  const UNSURE = 'a, button, label, code, pre, kbd, samp, q, blockquote, summary, select, [role=button]';

  const isShown = (element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  // Null if the element cannot be seen, however far one scrolls.
  const placeOf = (element) => {
    if (!isShown(element)) return null;
    const box = element.getBoundingClientRect();
    if (box.right < 0 || box.bottom + scrollY < 0 || box.left > innerWidth) return null;
    return box.top < innerHeight ? 'in view' : 'below';
  };
  const lettersOf = (text) => text.replace(/[^\p{L}\p{N}]+/gu, '').length;

  let seen = null;
  const note = (sign, place) => {
    if (place && (!seen || (!seen.isInView && place === 'in view'))) {
      seen = { sign, isInView: place === 'in view' };
    }
  };

  const ROOTS = [document];
  const FRAMES = 'iframe, frame, embed, object';
  let hasPicture = false;
  const addFrame = (frame) => {
    if (!frame.getClientRects().length || ROOTS.length > MAX_FRAMES) return;
    let inner = null;
    try {
      inner = frame.contentDocument;
    } catch {
      // A frame of another origin is content of which nothing is known.
    }
    if (inner?.body) ROOTS.push(inner);
    else hasPicture = true;
  };

  const isNamed = (name) => NAME.test(name) && !NOT_NAME.test(name);
  // An element that is only a mark: neither text nor a picture nor anything to press is in it.
  const isBlank = (element) =>
    lettersOf(element.textContent) <= 40 &&
    !element.matches('img, input, button, a') &&
    !element.querySelector('img, picture, video, canvas, iframe, input, select, a[href], button') &&
    !element.closest('a, button, label');

  let letters = 0;
  let allLetters = 0;
  let texts = 0;
  const suspects = [];
  const count = (node) => {
    const text = node.data.trim();
    const parent = node.parentElement;
    if (!text || !parent) return;
    texts += 1;
    if (text.length <= 100 && (LOADING.test(text) || WAIT.test(text) || ELLIPSIS.test(text))) {
      suspects.push([node, text]);
    }
    if (letters >= enough || !isShown(parent)) return;
    const found = lettersOf(text);
    allLetters += found;
    const isAround =
      parent.closest(AROUND) || (parent.closest('header') && !parent.closest('main, article'));
    if (!isAround) letters += parent.closest('a[href]') ? found / LINK_WORTH : found;
  };
  const walk = (root) => {
    const walker = (root.ownerDocument ?? root).createTreeWalker(
      root.body ?? root,
      NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT,
      (node) => (SKIPPED.has(node.nodeName) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT),
    );
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.nodeType === Node.TEXT_NODE) {
        count(node);
        if (texts > MAX_TEXTS || performance.now() > deadline) return;
        continue;
      }
      if (node.localName.includes('-') && isNamed(node.localName) && isBlank(node)) {
        note('skeleton', placeOf(node));
      }
      if (node.shadowRoot) {
        ROOTS.push(node.shadowRoot);
      } else if (node.matches(FRAMES)) {
        addFrame(node);
      }
    }
  };

  const saysThatItLoads = (text, element) => {
    if (WAIT.test(text)) return ELLIPSIS.test(text) || lettersOf(text) <= 40;
    if (LOADING.test(text)) {
      if (ELLIPSIS.test(text)) return true;
      const rest = lettersOf(text.replace(LOADING, '').replace(/\d+/g, ''));
      return rest === 0 ? !AMBIGUOUS.test(text) || letters < enough : rest <= 20 && letters < enough;
    }
    // In other languages: a short line that ends in dots, on a page that has little else.
    const isShort = text.length <= 40 && ELLIPSIS.test(text);
    return isShort && letters < enough / 4 && !element.closest('h1, h2, h3, h4, h5, h6');
  };
  const isSpinnerPicture = (element) => {
    if (!element.matches('img') || element.closest('a, button')) return false;
    const file = (element.getAttribute('src') ?? '').split(/[?#]/)[0].split('/').at(-1);
    const alt = element.alt.trim();
    return /^[\w-]*(?:loading|loader|spinner)[\w-]*\.(?:gif|svg|webp|apng)$/i.test(file) ||
      (alt.length <= 40 && saysThatItLoads(alt, element));
  };
  const isMarked = (element) =>
    element.matches(STATED) ||
    [...element.classList].some(isNamed) ||
    saysThatItLoads((element.getAttribute('aria-label') ?? '').trim(), element);
  const lookForMarks = (root) => {
    for (const element of root.querySelectorAll(MARKED)) {
      if (performance.now() > deadline) return;
      if (element.getAttribute('aria-busy')?.toLowerCase() === 'true') {
        if (lettersOf(element.textContent) < enough) note('busy', placeOf(element));
      } else if (element.matches('progress, [role=progressbar i]')) {
        note('progress', placeOf(element));
      } else if (isSpinnerPicture(element)) {
        note('skeleton', placeOf(element));
      } else if (isMarked(element) && isBlank(element)) {
        const box = element.getBoundingClientRect();
        // What has no size shows nothing, except on a page that shows nothing else.
        if (letters < enough || (box.width > 4 && box.height > 4)) note('skeleton', placeOf(element));
      }
      if (seen?.isInView) return;
    }
  };

  const standsAlone = (element, text) => {
    let block = element;
    while (block.parentElement && /^(?:inline|contents)/.test(getComputedStyle(block).display)) {
      block = block.parentElement;
    }
    const cell = block.closest('td, th, li');
    if (cell && !(cell.colSpan > 1) && cell.parentElement.childElementCount > 1) return false;
    return block.innerText.split('\n').some((line) => line.trim() === text);
  };
  const lookForWords = () => {
    const end = performance.now() + 100;
    for (const [node, text] of suspects) {
      if (performance.now() > end) return;
      const element = node.parentElement;
      if (element.closest(UNSURE)) continue;
      if (element.closest('h1, h2, h3, h4, h5, h6') && letters >= enough / 2) continue;
      if (saysThatItLoads(text, element) && standsAlone(element, text)) {
        note('words', placeOf(element));
      }
      if (seen?.isInView) return;
    }
  };

  // The blocks of skeletons and the arcs of spinners move for ever, whatever their names are.
  const lookForAnimations = () => {
    const end = performance.now() + 100;
    for (const { effect } of document.getAnimations()) {
      if (performance.now() > end) return;
      const target = effect?.target;
      if (target && effect.getTiming().iterations === Infinity && isBlank(target)) {
        note('animation', placeOf(target));
      }
    }
  };

  for (let at = 0; at < ROOTS.length; at += 1) walk(ROOTS[at]);
  for (const root of ROOTS) if (!seen?.isInView) lookForMarks(root);
  if (!seen?.isInView) lookForWords();
  if (!seen && letters < enough / 4) lookForAnimations();
  const isLarge = (picture) => picture.clientWidth >= 200 && picture.clientHeight >= 100;
  hasPicture ||= [...document.querySelectorAll('img, svg, video, canvas')].some(isLarge);
  return {
    sign: seen?.sign ?? null,
    isInView: seen?.isInView ?? false,
    letters,
    isEmpty: allLetters === 0 && !hasPicture && document.scripts.length > 0,
  };
}
