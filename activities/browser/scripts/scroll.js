// Scrolls down once, a screen every `pause` ms, so that what loads on sight loads; then back up.
async (maxHeight, pause) => {
  const height = () => Math.min(document.documentElement.scrollHeight, maxHeight);
  for (let top = 0; top < height(); top += innerHeight) {
    scrollTo({ top, behavior: 'instant' });
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  scrollTo({ top: 0, behavior: 'instant' });
}
