// Scrolls down once, one screen every `pause` ms, and then back to the top. This loads images that
// load only when they come into view.
async (maxHeight, pause) => {
  const height = () => Math.min(document.documentElement.scrollHeight, maxHeight);
  for (let top = 0; top < height(); top += innerHeight) {
    scrollTo({ top, behavior: 'instant' });
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  scrollTo({ top: 0, behavior: 'instant' });
}
