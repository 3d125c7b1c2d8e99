// Finds the CAPTCHAs of one frame and enters their answers. Runs among the page's own scripts,
// since the callbacks are there. So the page can change everything that this script returns.
([task, input]) => {
  // Filled by `captcha_hooks.js`, if it has run in this document.
  const record = window[Symbol.for('spidra.captchas')] ?? { renders: [], executes: [], answers: {} };
  const all = (selector) => [...document.querySelectorAll(selector)];
  const sources = [...document.scripts].map((script) => script.src);

  const parameter = (url, name) => {
    const parsed = new URL(url, location.href);
    return parsed.searchParams.get(name)
      ?? new URLSearchParams(parsed.hash.slice(1)).get(name) ?? undefined;
  };

  const FIELDS = {
    recaptcha_v2: ['g-recaptcha-response'],
    recaptcha_v3: ['g-recaptcha-response'],
    hcaptcha: ['h-captcha-response', 'g-recaptcha-response'],
    turnstile: ['cf-turnstile-response', 'g-recaptcha-response'],
  };
  const CLASSES = { recaptcha_v2: 'g-recaptcha', hcaptcha: 'h-captcha', turnstile: 'cf-turnstile' };

  // The options of grecaptcha.render. api.js keeps them under property names that change.
  const clients = () => {
    const found = [];
    const walk = (value, depth) => {
      if (!value || typeof value !== 'object' || depth > 4) return;
      if (value instanceof Node || value === window) return;
      if (typeof value.sitekey === 'string') {
        found.push(value);
        return;
      }
      for (const inner of Object.values(value)) walk(inner, depth + 1);
    };
    walk(window.___grecaptcha_cfg?.clients, 0);
    return found;
  };

  const find = () => {
    const widgets = new Map();
    const add = (kind, sitekey, facts) => {
      const known = widgets.get(kind + sitekey) ?? { kind, sitekey };
      for (const [name, value] of Object.entries(facts)) known[name] = known[name] || value;
      widgets.set(kind + sitekey, known);
    };

    const enterprise = sources.some((url) => url.includes('/recaptcha/enterprise'));
    const scored = sources
      .filter((url) => /\/recaptcha\/(api|enterprise)\.js/.test(url))
      .map((url) => parameter(url, 'render'))
      .filter((key) => key && key !== 'explicit' && key !== 'onload');
    const recaptcha = (key, facts) => {
      const kind = scored.includes(key) ? 'recaptcha_v3' : 'recaptcha_v2';
      add(kind, key, { enterprise, ...facts });
    };
    for (const key of scored) {
      const execution = record.executes.find((entry) => entry.sitekey === key);
      const writtenAction = [...document.scripts].map((script) => script.text.match(
        /execute\([^)]{0,300}?action['"]?\s*:\s*['"]([\w/]+)['"]/)?.[1]).find(Boolean);
      recaptcha(key, { action: execution?.action ?? writtenAction, waits: Boolean(execution) });
    }
    for (const client of clients()) {
      recaptcha(client.sitekey, {
        invisible: client.size === 'invisible', data: client.s, action: client.action,
      });
    }
    for (const frame of all('iframe[src*="/recaptcha/"][src*="/anchor"]')) {
      recaptcha(parameter(frame.src, 'k') ?? '', {
        invisible: parameter(frame.src, 'size') === 'invisible',
        data: parameter(frame.src, 's'),
        enterprise: frame.src.includes('/enterprise/'),
      });
    }
    for (const frame of all('iframe[src*="hcaptcha"][src*="sitekey="]')) {
      add('hcaptcha', parameter(frame.src, 'sitekey'), {
        invisible: parameter(frame.src, 'size') === 'invisible', explicit: true,
      });
    }
    for (const frame of all('iframe[src*="/turnstile/if/"]')) {
      add('turnstile', frame.src.match(/\/(0x[\w-]+)(?:\/|$)/)?.[1] ?? '', { explicit: true });
    }
    for (const input of all('[name="cf-turnstile-response"]')) {
      if (!input.closest('[data-sitekey]')) add('turnstile', '', { explicit: true });
    }
    for (const [kind, name] of Object.entries(CLASSES)) {
      for (const element of all(`.${name}[data-sitekey], #${name}[data-sitekey]`)) {
        const { sitekey, size, action, s, rqdata, cdata } = element.dataset;
        const facts = { invisible: size === 'invisible', action, data: s ?? rqdata ?? cdata };
        if (kind === 'recaptcha_v2') recaptcha(sitekey, facts);
        else add(kind, sitekey, { ...facts, declared: true });
      }
    }
    for (const { kind, options } of record.renders) {
      const { sitekey, size, action, cData, rqdata, s } = options;
      add(kind, sitekey, {
        invisible: size === 'invisible', action, data: cData ?? rqdata ?? s, declared: true,
      });
    }
    for (const { kind, rqdata } of record.executes) {
      for (const widget of widgets.values()) {
        if (widget.kind === kind && rqdata) widget.data = rqdata;
      }
    }
    if (picture()) add('image', '', { declared: true });
    // Services take the usual host, www.google.com, for granted.
    const apiHost = sources.filter((url) => /\/recaptcha\/(api|enterprise)\.js/.test(url))
      .map((url) => new URL(url).host).find((host) => host.endsWith('recaptcha.net'));
    return [...widgets.values()].map((widget) => ({
      ...widget,
      userAgent: navigator.userAgent,
      ...(apiHost && { apiHost }),
      // Only the hooks reveal the callback of such a widget, and for some kinds even its key.
      needsHooks: (Boolean(widget.explicit) && !widget.declared)
        || (widget.kind === 'recaptcha_v3' && !widget.waits),
    }));
  };

  const picture = () => all('img, canvas').find((image) => {
    const names = ['src', 'id', 'class', 'alt', 'name']
      .map((name) => image.getAttribute(name) ?? '').join(' ');
    const box = image.getBoundingClientRect();
    return /captcha|robot ?check|security[ _-]?(code|image)/i.test(names)
      && box.width > 30 && box.height > 10 && answerField(image);
  });

  // The field next to the picture that takes the text of the picture.
  const answerField = (image) => {
    for (let at = image.parentElement; at; at = at.parentElement) {
      const fields = [...at.querySelectorAll('input:not([type]), input[type=text]')];
      if (fields.length) return fields[0];
    }
    return undefined;
  };

  const write = (field, text) => {
    const type = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(type.prototype, 'value').set.call(field, text);
    for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, { bubbles: true }));
  };

  const fieldsOf = (kind) => all(FIELDS[kind]
    .map((name) => `[name="${name}"], [id^="${name}"]`).join(', '))
    .filter((field) => field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement);

  const containersOf = ({ kind, sitekey }) => all('[data-sitekey]')
    .filter((element) => element.dataset.sitekey === sitekey)
    .concat(all(`.${CLASSES[kind] ?? 'none'}`));

  const formOf = (widget) => {
    if (widget.kind === 'image') {
      const image = picture();
      return image && answerField(image)?.form;
    }
    const fields = fieldsOf(widget.kind);
    for (const element of [...containersOf(widget), ...fields]) {
      const form = element.closest('form');
      if (form) return form;
    }
    return document.forms.length === 1 ? document.forms[0] : undefined;
  };

  const functionNamed = (name) => {
    if (typeof name === 'function') return name;
    const found = String(name).split('.').reduce((at, part) => at?.[part], window);
    return typeof found === 'function' ? found : undefined;
  };

  const enterAnswer = (widget) => {
    const { kind, sitekey, token } = widget;
    if (kind === 'image') {
      const field = answerField(picture());
      write(field, token);
      return { called: 0 };
    }
    let fields = fieldsOf(kind);
    const form = formOf(widget);
    if (!fields.length && form) {
      const field = document.createElement('input');
      Object.assign(field, { type: 'hidden', name: FIELDS[kind][0] });
      form.append(field);
      fields = [field];
    }
    for (const field of fields) write(field, token);

    const name = { hcaptcha: 'hcaptcha', turnstile: 'turnstile' }[kind] ?? 'grecaptcha';
    for (const api of [window[name], window[name]?.enterprise]) {
      try {
        if (api) api.getResponse = () => token;
      } catch { /* the function cannot be replaced */ }
    }

    const callbacks = new Set();
    for (const element of containersOf(widget)) callbacks.add(functionNamed(element.dataset.callback));
    if (kind.startsWith('recaptcha')) {
      for (const client of clients()) {
        if (client.sitekey === sitekey) callbacks.add(functionNamed(client.callback));
      }
    }
    for (const render of record.renders) {
      if (render.kind === kind && render.options.sitekey === sitekey) {
        callbacks.add(functionNamed(render.options.callback));
      }
    }
    callbacks.delete(undefined);
    let called = 0;
    for (const callback of callbacks) {
      called += 1;
      // An error in the callback is the page's own problem.
      try { callback(token); } catch (error) { console.error(error); }
    }
    // For a script that asks for the answer later.
    if (!record.executes.length) record.answers[kind] = token;
    for (const execution of record.executes.splice(0)) {
      called += 1;
      execution.resolve(token);
    }
    return { called };
  };

  const submit = (widget) => {
    const form = formOf(widget);
    const usable = 'button:not([type]):not([disabled]), [type=submit]:not([disabled])';
    if (form) {
      const button = form.querySelector(usable);
      HTMLFormElement.prototype.requestSubmit.call(form, button ?? undefined);
      return true;
    }
    const buttons = all('button:not([disabled])');
    if (buttons.length === 1) buttons[0].click();
    return buttons.length === 1;
  };

  return { find, enterAnswer, submit, picture }[task](input);
}
