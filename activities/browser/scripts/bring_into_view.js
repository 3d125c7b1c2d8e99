// Scrolls down the page if its scripts observe that (`isObserved`) or frames wait for it, one screen
// for each frame, and back again. So the page writes what it writes on sight only. Observers of
// intersections are told at the end of each frame.
//
// Stops at `maxHeight` pixels, after `limit` ms, and ten screens below the former end of the page:
// some pages go on for ever. Returns whether text or structure has changed, and whether the end of
// the page was not reached.
async (isObserved, maxHeight, limit) => {
  const hasLazyFrames = document.querySelector('iframe[loading="lazy"]') !== null;
  if (!isObserved && !hasLazyFrames) return { hasChanged: false, isCut: false };
  const deadline = performance.now() + limit;
  const isScroller = (element) => element.scrollHeight > 1.2 * element.clientHeight
    && /^(?:auto|scroll)$/.test(getComputedStyle(element).overflowY);
  // The page itself, or the part in its middle that scrolls instead.
  const scrollerOf = () => {
    const page = document.scrollingElement;
    if (!page || page.scrollHeight > innerHeight + 1) return page;
    let element = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    while (element && !isScroller(element)) element = element.parentElement;
    return element;
  };
  const scroller = scrollerOf();
  if (!scroller) return { hasChanged: false, isCut: false };

  // In a page that is not drawn no frames come.
  const frame = () => new Promise((resolve) => {
    requestAnimationFrame(resolve);
    setTimeout(resolve, 100);
  });
  let hasChanged = hasLazyFrames;
  const observer = new MutationObserver(() => { hasChanged = true; });
  observer.observe(document, { subtree: true, childList: true, characterData: true });

  const start = scroller.scrollTop;
  const step = Math.min(scroller.clientHeight, innerHeight);
  const end = Math.min(maxHeight, scroller.scrollHeight + 10 * step);
  const isBelow = (top) => top + step < scroller.scrollHeight - 1;
  const mayGoOn = (top) => isBelow(top) && top + step < end && performance.now() < deadline;
  let top = 0;
  await frame();
  while (mayGoOn(top)) {
    top += step;
    scroller.scrollTo({ top, behavior: 'instant' });
    await frame();
    // What comes into view at the end may move the end.
    if (!mayGoOn(top)) await frame();
  }
  const isCut = isBelow(top);
  scroller.scrollTo({ top: start, behavior: 'instant' });
  await frame();
  observer.disconnect();
  return { hasChanged, isCut };
}
