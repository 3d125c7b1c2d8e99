// A test double of hCaptcha's api.js. As in the original, a page cannot read a widget's options.
(() => {
  const self = new URL(document.currentScript.src);
  const widgets = [];
  const fields = (id) => `<textarea id="g-recaptcha-response-${id}" name="g-recaptcha-response"
      style="display: none"></textarea><textarea id="h-captcha-response-${id}"
      name="h-captcha-response" style="display: none"></textarea>`;

  window.hcaptcha = {
    render(container, options) {
      const element = typeof container === 'string' ? document.getElementById(container) : container;
      const id = `0${widgets.length}abc`;
      const frame = document.createElement('iframe');
      frame.dataset.hcaptchaWidgetId = id;
      frame.dataset.hcaptchaResponse = '';
      frame.src = `/hcaptcha/static/hcaptcha.html#frame=checkbox&id=${id}&host=${location.hostname}`
        + `&sentry=true&sitekey=${options.sitekey}&size=${options.size ?? 'normal'}`;
      element.append(frame);
      element.insertAdjacentHTML('beforeend', fields(id));
      widgets.push({ id, element, options });
      return id;
    },
    execute: () => new Promise(() => {}),
    getResponse: () => widgets[0].element.querySelector('[name=h-captcha-response]').value,
    reset() {},
  };

  const start = () => {
    if (self.searchParams.get('render') !== 'explicit') {
      for (const element of document.querySelectorAll('.h-captcha')) {
        window.hcaptcha.render(element, { ...element.dataset });
      }
    }
    window[self.searchParams.get('onload')]?.();
  };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start);
  else start();
})();
