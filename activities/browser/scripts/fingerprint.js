// Makes a headless Chromium tell what the same Chromium with a window tells, in each window and
// worker before the site's own scripts. `given` is made by `activities.visitor.profile`. Only what no
// option of the browser can set is replaced, by proxies of the native functions.
//
// Comments are whole lines and statements end with semicolons: it is packed into one line.
(function install(given) {
  'use strict';
  // Where a tab waits between two pages, without scripts.
  if (self.top === self && !self.opener && self.location.href === 'about:blank') return;
  const { apply, construct, defineProperty, get, getOwnPropertyDescriptor: descriptor } = Reflect;
  const { Proxy, Object, Map, Blob, URL, Error, DOMException, performance } = self;
  const nativeToString = Function.prototype.toString;
  const source = apply(nativeToString, install, []);
  const prelude = `(${source})(${JSON.stringify(given)});`;

  // A proxy of a native function is printed without its name, in every realm. So names say enough,
  // and no realm has to know the functions of another one.
  const replaced = new Set();
  const anonymous = 'function () { [native code] }';

  const method = (owner, name, act, traps = {}) => {
    const found = owner && descriptor(owner, name);
    if (!found) return;
    const key = found.get ? 'get' : 'value';
    replaced.add(found[key].name);
    found[key] = new Proxy(found[key], { apply: act, ...traps });
    defineProperty(owner, name, found);
  };
  const answer = (owner, name, value, traps) => {
    method(owner, name, (native, target, args) => {
      apply(native, target, args);
      return value;
    }, traps);
  };
  // A function that looks native although there is none like it.
  const made = (name, length, act) => {
    if (name) replaced.add(name);
    const bound = (() => {}).bind();
    defineProperty(bound, 'name', { value: name, configurable: true });
    defineProperty(bound, 'length', { value: length, configurable: true });
    return new Proxy(bound, { apply: (_, target, args) => act(target, args) });
  };

  method(Function.prototype, 'toString', (native, target, args) => {
    const text = apply(native, target, args);
    if (text !== anonymous || !replaced.has(target.name)) return text;
    return `function ${target.name}() { [native code] }`;
  });

  for (const type of [self.WebGLRenderingContext, self.WebGL2RenderingContext]) {
    method(type?.prototype, 'getParameter', (native, target, args) => {
      const value = apply(native, target, args);
      if (value === null) return value;
      if (args[0] === 0x9245) return given.webglVendor;
      return args[0] === 0x9246 ? given.webglRenderer : value;
    });
  }

  // The timers that the page waits for, and how many ms the last of them has to go. Whoever knows
  // the name can ask for that, where no page looks.
  const timers = new Map();
  const nativeNow = performance.now;
  const now = () => apply(nativeNow, performance, []);
  const forget = () => {
    const at = now();
    let last = at;
    for (const [id, due] of timers) {
      if (due <= at) timers.delete(id);
      else if (due > last) last = due;
    }
    return last - at;
  };
  answer(self.NetworkInformation?.prototype, 'rtt', given.roundTrip, {
    get: (native, key, receiver) =>
      key === given.timers ? forget : get(native, key, receiver),
  });

  // Scripts of workers that pages make themselves are changed here, others on their way, for which
  // `activities.browser.fingerprint` waits to be asked.
  const isScript = /^$|javascript|ecmascript/i;
  const blobs = new Map();
  const altered = new Map();
  const nativeCreate = URL.createObjectURL;
  method(URL, 'createObjectURL', (native, target, args) => {
    const url = apply(native, target, args);
    if (args[0] instanceof Blob && isScript.test(args[0].type)) {
      blobs.set(url, args[0]);
      if (blobs.size > 32) blobs.delete(blobs.keys().next().value);
    }
    return url;
  });
  const nativePrompt = self.prompt;
  let isAsked = !nativePrompt;
  const ask = () => {
    if (isAsked) return;
    isAsked = true;
    apply(nativePrompt, self, [given.workerComes]);
  };
  const withPrelude = (url) => {
    if (url.startsWith('blob:')) {
      const blob = blobs.get(url);
      if (blob && !altered.has(url)) {
        const parts = new Blob([prelude, blob], { type: blob.type });
        altered.set(url, apply(nativeCreate, URL, [parts]));
      }
      return altered.get(url) ?? url;
    }
    const data = /^(data:[^,]*),(.*)$/is.exec(url);
    if (!data) {
      ask();
      return url;
    }
    const [, head, body] = data;
    if (!/;\s*base64\s*$/i.test(head)) return `${head},${encodeURIComponent(prelude)}${body}`;
    return `${head},${btoa(prelude + atob(decodeURIComponent(body)))}`;
  };
  for (const name of ['Worker', 'SharedWorker']) {
    const native = self[name];
    if (!native) continue;
    const found = descriptor(self, name);
    replaced.add(name);
    found.value = new Proxy(native, {
      construct: (target, args, newTarget) => {
        // An address that a policy of the page has approved is approved as it is.
        if (typeof args[0] === 'string' || args[0] instanceof URL) {
          const url = String(args[0]);
          try {
            args = [withPrelude(url), ...args.slice(1)];
          } catch {
            args = [url, ...args.slice(1)];
          }
        }
        return construct(target, args, newTarget);
      },
    });
    defineProperty(self, name, found);
    defineProperty(native.prototype, 'constructor', {
      ...descriptor(native.prototype, 'constructor'),
      value: found.value,
    });
  }

  if (self.WorkerNavigator) {
    const told = self.WorkerNavigator.prototype;
    const languages = Object.freeze([...given.languages]);
    answer(told, 'languages', languages);
    answer(told, 'language', languages[0]);
    const hints = self.NavigatorUAData?.prototype;
    const brands = Object.freeze(given.hints.brands.map((brand) => ({ ...brand })));
    answer(hints, 'brands', brands);
    method(hints, 'toJSON', (native, target, args) => ({
      ...apply(native, target, args),
      brands: given.hints.brands,
    }));
    method(hints, 'getHighEntropyValues', async (native, target, args) => {
      const values = await apply(native, target, args);
      for (const name of Object.keys(values)) values[name] = given.hints[name] ?? values[name];
      return values;
    });
    // The browser adds this header to what windows ask for only.
    const header = 'Accept-Language';
    const { Request, Headers } = self;
    const nativeHas = Headers.prototype.has;
    method(self.WorkerGlobalScope.prototype, 'fetch', (native, target, args) => {
      try {
        const request = new Request(...args);
        if (!apply(nativeHas, request.headers, [header])) {
          request.headers.set(header, given.acceptLanguage);
        }
        args = [request];
      } catch {
        // The native function says what is wrong with it.
      }
      return apply(native, target, args);
    });
    const requests = self.XMLHttpRequest?.prototype;
    const nativeSet = requests?.setRequestHeader;
    const named = new WeakSet();
    method(requests, 'setRequestHeader', (native, target, args) => {
      const result = apply(native, target, args);
      if (`${args[0]}`.toLowerCase() === header.toLowerCase()) named.add(target);
      return result;
    });
    method(requests, 'send', (native, target, args) => {
      if (target.readyState === 1 && !named.has(target)) {
        apply(nativeSet, target, [header, given.acceptLanguage]);
      }
      return apply(native, target, args);
    });
    return;
  }

  // Of intervals the first time counts.
  for (const [name, longest] of Object.entries(given.awaited)) {
    method(self, name, (native, target, args) => {
      const id = apply(native, target, args);
      // Anything else would have to be converted a second time, which it could notice.
      const delay = args[1] ?? 0;
      if (typeof delay === 'number' && delay <= longest) {
        if (timers.size > 500) forget();
        timers.set(id, now() + delay);
      }
      return id;
    });
  }
  for (const name of ['clearTimeout', 'clearInterval']) {
    method(self, name, (native, target, args) => {
      timers.delete(args[0]);
      return apply(native, target, args);
    });
  }

  // What a site is told whose visitor has switched off the storage of data.
  const workers = self.ServiceWorkerContainer?.prototype;
  if (workers) {
    const found = descriptor(workers, 'register');
    found.value = made('register', 1, async (target, args) => {
      const script = new URL(args[0], document.baseURI);
      const scope = new URL(args[1]?.scope ?? './', script);
      throw new DOMException(
        `Failed to register a ServiceWorker for scope ('${scope}') with script ('${script}'): ` +
          'The user denied permission to use Service Worker.',
        'NotSupportedError',
      );
    });
    defineProperty(workers, 'register', found);
  }

  // The viewer of PDF files, which every Chrome with a window has.
  const facts = new WeakMap();
  const put = (target, name, value, enumerable) => {
    defineProperty(target, name, { value, enumerable, configurable: true, writable: false });
  };
  const fake = (type, told) => {
    const object = Object.create(type.prototype);
    facts.set(object, told);
    return object;
  };
  const list = (object, items, key) => {
    items.forEach((item, index) => put(object, index, item, true));
    items.forEach((item) => put(object, facts.get(item)[key], item, false));
  };
  const types = [self.PluginArray, self.Plugin, self.MimeTypeArray, self.MimeType];
  if (types.every(Boolean) && !navigator.pdfViewerEnabled) {
    const names = {
      PluginArray: ['length', 'item', 'namedItem', 'refresh'],
      Plugin: ['name', 'filename', 'description', 'length', 'item', 'namedItem'],
      MimeTypeArray: ['length', 'item', 'namedItem'],
      MimeType: ['type', 'suffixes', 'description', 'enabledPlugin'],
    };
    for (const type of types) {
      for (const name of names[type.name]) {
        method(type.prototype, name, (native, target, args) => {
          const told = facts.get(target);
          if (!told) return apply(native, target, args);
          return typeof told[name] === 'function' ? told[name](...args) : told[name];
        });
      }
    }
    const kinds = ['application/pdf', 'text/pdf'];
    const listed = (items, key) => ({
      length: items.length,
      item: (index) => items[index >>> 0] ?? null,
      namedItem: (name) => items.find((item) => facts.get(item)[key] === `${name}`) ?? null,
      refresh: () => undefined,
    });
    const description = 'Portable Document Format';
    const plugins = given.plugins.map((name) => {
      const plugin = fake(types[1], { name, filename: 'internal-pdf-viewer', description });
      const mimes = kinds.map((type) =>
        fake(types[3], { type, suffixes: 'pdf', description, enabledPlugin: plugin }),
      );
      Object.assign(facts.get(plugin), listed(mimes, 'type'));
      list(plugin, mimes, 'type');
      return plugin;
    });
    const mimes = kinds.map((_, index) => plugins[0][index]);
    const pluginArray = fake(types[0], listed(plugins, 'name'));
    const mimeArray = fake(types[2], listed(mimes, 'type'));
    list(pluginArray, plugins, 'name');
    list(mimeArray, mimes, 'type');
    answer(self.Navigator.prototype, 'plugins', pluginArray);
    answer(self.Navigator.prototype, 'mimeTypes', mimeArray);
    answer(self.Navigator.prototype, 'pdfViewerEnabled', true);
  }

  if (!self.chrome) {
    const start = performance.timeOrigin / 1000;
    const since = () => performance.now() / 1000;
    const states = { DISABLED: 'disabled', INSTALLED: 'installed', NOT_INSTALLED: 'not_installed' };
    const running = {
      CANNOT_RUN: 'cannot_run', READY_TO_RUN: 'ready_to_run', RUNNING: 'running',
    };
    const chrome = {
      loadTimes: made('', 0, () => ({
        requestTime: start,
        startLoadTime: start,
        commitLoadTime: start + 0.05,
        finishDocumentLoadTime: start + since(),
        finishLoadTime: start + since(),
        firstPaintTime: start + 0.1,
        firstPaintAfterLoadTime: 0,
        navigationType: 'Other',
        wasFetchedViaSpdy: location.protocol === 'https:',
        wasNpnNegotiated: location.protocol === 'https:',
        npnNegotiatedProtocol: location.protocol === 'https:' ? 'h2' : 'unknown',
        wasAlternateProtocolAvailable: false,
        connectionInfo: location.protocol === 'https:' ? 'h2' : 'http/1.1',
      })),
      csi: made('', 0, () => ({
        startE: Math.floor(start * 1000),
        onloadT: Math.floor((start + since()) * 1000),
        pageT: since() * 1000,
        tran: 15,
      })),
      app: {
        isInstalled: false,
        getDetails: made('getDetails', 0, () => null),
        getIsInstalled: made('getIsInstalled', 0, () => false),
        installState: made('installState', 0, () => undefined),
        runningState: made('runningState', 0, () => 'cannot_run'),
        InstallState: states,
        RunningState: running,
      },
    };
    defineProperty(self, 'chrome', { value: chrome, writable: true, enumerable: true });
  }
})
