// Resolves once the document's text and structure have not changed for `quiet` ms, but not before
// `least` ms have passed; to whether they have changed at all. Attributes do not count: carousels
// and spinners change them for ever.
(least, quiet) => new Promise((resolve) => {
  const start = performance.now();
  const finish = () => {
    observer.disconnect();
    resolve(hasChanged);
  };
  let hasChanged = false;
  let timer = setTimeout(finish, Math.max(least, quiet));
  const observer = new MutationObserver(() => {
    hasChanged = true;
    clearTimeout(timer);
    timer = setTimeout(finish, Math.max(start + least - performance.now(), quiet));
  });
  observer.observe(document, { subtree: true, childList: true, characterData: true });
})
