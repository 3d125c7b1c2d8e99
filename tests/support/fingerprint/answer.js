// In a frame: answers with what the frame, or a worker of it, tells.
addEventListener('message', async (event) => {
  if (!location.search) {
    event.source.postMessage(await collect(), '*');
    return;
  }
  new Worker('/collect.js?other').onmessage = (told) => event.source.postMessage(told.data, '*');
});
