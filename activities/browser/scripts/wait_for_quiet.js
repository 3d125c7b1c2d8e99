// Resolves when the text and structure of the document have not changed for `quiet` ms, but after
// `least` ms at the earliest. Returns whether they have changed at all. Attributes do not count:
// carousels and spinners change attributes for ever.
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
