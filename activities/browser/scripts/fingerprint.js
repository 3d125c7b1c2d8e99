// Makes a headless Chromium give the answers of the same Chromium with a window. Runs in each window
// and worker, before the site's own scripts. `activities.browser.fingerprint` makes `options`. Only
// answers that no option of the browser can set are replaced, by proxies of the native functions.
//
// This file is packed into one line. So comments are whole lines, and statements end with
// semicolons.
(function install(options) {
  'use strict';
  // A tab waits at this page between two items, without scripts.
  if (self.top === self && !self.opener && self.location.href === 'about:blank') return;
  const { apply, construct, defineProperty, get, getOwnPropertyDescriptor: descriptor } = Reflect;
  const { Proxy, Object, Map, WeakRef, Blob, URL, Error, DOMException, performance } = self;
  const nativeToString = Function.prototype.toString;
  const source = apply(nativeToString, install, []);
  const prelude = `(${source})(${JSON.stringify(options)});`;

  // Gives a collection methods of its own: those of its prototype, which the page may replace later.
  const guarded = (collection) => Object.defineProperties(
    collection, Object.getOwnPropertyDescriptors(Object.getPrototypeOf(collection)),
  );

  // `toString` prints a proxy of a native function without its name, in every realm. So it is
  // enough to remember names: no realm has to know the functions of another realm.
  const replaced = guarded(new Set());
  const anonymous = 'function () { [native code] }';

  const replaceMethod = (owner, name, act, traps = {}) => {
    const found = owner && descriptor(owner, name);
    if (!found) return;
    const key = found.get ? 'get' : 'value';
    replaced.add(found[key].name);
    found[key] = new Proxy(found[key], { apply: act, ...traps });
    defineProperty(owner, name, found);
  };
  const replaceValue = (owner, name, value, traps) => {
    replaceMethod(owner, name, (native, target, args) => {
      apply(native, target, args);
      return value;
    }, traps);
  };
  // Returns a function that looks native but has no native counterpart.
  const fakeNative = (name, length, act) => {
    if (name) replaced.add(name);
    const bound = (() => {}).bind();
    defineProperty(bound, 'name', { value: name, configurable: true });
    defineProperty(bound, 'length', { value: length, configurable: true });
    return new Proxy(bound, { apply: (_, target, args) => act(target, args) });
  };

  replaceMethod(Function.prototype, 'toString', (native, target, args) => {
    const text = apply(native, target, args);
    if (text !== anonymous || !replaced.has(target.name)) return text;
    return `function ${target.name}() { [native code] }`;
  });

  for (const type of [self.WebGLRenderingContext, self.WebGL2RenderingContext]) {
    replaceMethod(type?.prototype, 'getParameter', (native, target, args) => {
      const value = apply(native, target, args);
      if (value === null) return value;
      if (args[0] === 0x9245) return options.webglVendor;
      return args[0] === 0x9246 ? options.webglRenderer : value;
    });
  }

  // Timers by their ids, with the ms at which they are due. What is due is dropped whenever a record is
  // twice as large as it was after the last time.
  const newRecord = () => Object.assign(guarded(new Map()), { limit: 256 });
  const nativeNow = performance.now;
  const now = () => apply(nativeNow, performance, []);
  const dropDue = (record, at) => {
    record.forEach(({ due }, id) => {
      if (due <= at) record.delete(id);
    });
  };
  const keep = (record, id, at, timer) => {
    record.set(id, timer);
    if (record.size <= record.limit) return;
    dropDue(record, at);
    record.limit = record.size > 128 ? 2 * record.size : 256;
  };
  // The timers that are worth waiting for, and the ms until the last of them is due. A caller that
  // knows the name `timersName` can ask for these ms, at a place where no page looks.
  const timers = newRecord();
  const remainingMs = () => {
    const at = now();
    let last = at;
    timers.forEach(({ due }) => {
      if (due > last) last = due;
    });
    return last - at;
  };
  // Longer timers that run once, with what they call. A function is held weakly: the browser holds it
  // until the timer is due.
  const late = newRecord();
  const { deref } = WeakRef.prototype;
  const held = (act) => {
    if (typeof act === 'function') return new WeakRef(act);
    return typeof act === 'string' ? act : null;
  };
  const { exec } = RegExp.prototype;
  const { slice } = String.prototype;
  const has = (text, pattern) => apply(exec, pattern, [text]) !== null;
  // Code that writes text, or asks another part of the page to do so. A function that sets what of the
  // page is shown, such as the slide of a show, brings no text.
  const WRITES = /\.(?:(?:inner|outer)HTML|textContent|innerText|nodeValue)\s*\+?=|\.(?:append(?:Child|To)?|prepend|insertBefore|insertAdjacent\w+|insertRow|replace(?:Children|With|Child)|write|html|text)\(|(?<![.\w])(?:render|draw|fill|populate|mount|hydrate|append|insert)\w*\(|\.(?:render|setState)\(|(?<![.\w])set(?!(?:Timeout|Interval|Attribute|Item|Property|Cookie)\(|\w*(?:Slide|Index|Active|Visible|Open|Show))[A-Z]\w*\(/;
  // Code that loads something else, or sends a report.
  const LOADS = /createElement\(\s*["'`](?:script|iframe|img|link)|\.src\s*=(?!=)|sendBeacon|new (?:FormData|URLSearchParams|Image)\b/;
  const isText = (text) => has(text, WRITES) && !has(text, LOADS);
  const writesText = ({ act, delay }) => {
    if (typeof act === 'string') return isText(act);
    const called = act && apply(deref, act, []);
    if (!called) return false;
    const text = apply(nativeToString, called, []);
    if (text !== anonymous) return isText(apply(slice, text, [0, 10000]));
    if (delay > options.maxPause) return false;
    // The function that ends a pause: a page that waits for a promise. A revoked proxy has no name.
    try {
      return descriptor(called, 'name')?.value === '';
    } catch {
      return false;
    }
  };
  // The ms until the last of them is due, of those that are due within `limit` ms.
  const lateMs = (limit) => {
    const at = now();
    const last = { any: at, writing: at };
    late.forEach((timer) => {
      const { due } = timer;
      if (due > at + limit) return;
      if (due > last.any) last.any = due;
      if (due > last.writing && writesText(timer)) last.writing = due;
    });
    return { any: last.any - at, writing: last.writing - at };
  };
  // Whether a script of the page observes what is in view, for a caller that knows `sightName`.
  let isObserved = false;
  replaceMethod(self.IntersectionObserver?.prototype, 'observe', (native, target, args) => {
    isObserved = true;
    return apply(native, target, args);
  });
  replaceValue(self.NetworkInformation?.prototype, 'rtt', options.roundTrip, {
    get: (native, key, receiver) => {
      if (key === options.timersName) return remainingMs;
      if (key === options.lateName) return lateMs;
      return key === options.sightName ? () => isObserved : get(native, key, receiver);
    },
  });

  // The scripts of `blob:` and `data:` workers are changed here. All other scripts of workers are
  // changed on their way from the network, by `activities.browser.worker_scripts`: a dialog asks
  // it to begin, and this window waits until the dialog is closed.
  const isScript = /^$|javascript|ecmascript/i;
  const blobs = guarded(new Map());
  const altered = guarded(new Map());
  const nativeCreate = URL.createObjectURL;
  replaceMethod(URL, 'createObjectURL', (native, target, args) => {
    const url = apply(native, target, args);
    if (args[0] instanceof Blob && isScript.test(args[0].type)) {
      blobs.set(url, args[0]);
      if (blobs.size > 32) blobs.delete(blobs.keys().next().value);
    }
    return url;
  });
  const nativePrompt = self.prompt;
  let isAnnounced = !nativePrompt;
  const announceWorker = () => {
    if (isAnnounced) return;
    isAnnounced = true;
    apply(nativePrompt, self, [options.workerMessage]);
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
      announceWorker();
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
        // The page's policy (Trusted Types) approves one exact address, so it stays unchanged.
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
    const workerNavigator = self.WorkerNavigator.prototype;
    const languages = Object.freeze([...options.languages]);
    replaceValue(workerNavigator, 'languages', languages);
    replaceValue(workerNavigator, 'language', languages[0]);
    const hints = self.NavigatorUAData?.prototype;
    const brands = Object.freeze(options.hints.brands.map((brand) => ({ ...brand })));
    replaceValue(hints, 'brands', brands);
    replaceMethod(hints, 'toJSON', (native, target, args) => ({
      ...apply(native, target, args),
      brands: options.hints.brands,
    }));
    replaceMethod(hints, 'getHighEntropyValues', async (native, target, args) => {
      const values = await apply(native, target, args);
      for (const name of Object.keys(values)) values[name] = options.hints[name] ?? values[name];
      return values;
    });
    // The browser adds this header to requests of windows only, not to those of workers.
    const header = 'Accept-Language';
    const { Request, Headers } = self;
    const nativeHas = Headers.prototype.has;
    replaceMethod(self.WorkerGlobalScope.prototype, 'fetch', (native, target, args) => {
      try {
        const request = new Request(...args);
        if (!apply(nativeHas, request.headers, [header])) {
          request.headers.set(header, options.acceptLanguage);
        }
        args = [request];
      } catch {
        // The native function reports what is wrong with the arguments.
      }
      return apply(native, target, args);
    });
    const requests = self.XMLHttpRequest?.prototype;
    const nativeSet = requests?.setRequestHeader;
    const named = guarded(new WeakSet());
    replaceMethod(requests, 'setRequestHeader', (native, target, args) => {
      const result = apply(native, target, args);
      if (`${args[0]}`.toLowerCase() === header.toLowerCase()) named.add(target);
      return result;
    });
    replaceMethod(requests, 'send', (native, target, args) => {
      if (target.readyState === 1 && !named.has(target)) {
        apply(nativeSet, target, [header, options.acceptLanguage]);
      }
      return apply(native, target, args);
    });
    return;
  }

  // Only the first call of an interval counts.
  for (const [name, maxDelay] of Object.entries(options.maxDelays)) {
    replaceMethod(self, name, (native, target, args) => {
      const id = apply(native, target, args);
      // Other types would be converted to a number a second time, which the page could notice.
      const delay = args[1] ?? 0;
      if (typeof delay !== 'number') return id;
      const at = now();
      if (delay <= maxDelay) keep(timers, id, at, { due: at + delay });
      else if (name === 'setTimeout' && delay <= options.maxLateDelay) {
        keep(late, id, at, { due: at + delay, act: held(args[0]), delay });
      }
      return id;
    });
  }
  for (const name of ['clearTimeout', 'clearInterval']) {
    replaceMethod(self, name, (native, target, args) => {
      timers.delete(args[0]);
      late.delete(args[0]);
      return apply(native, target, args);
    });
  }

  // The answer to a site whose visitor has switched off the storage of data.
  const workers = self.ServiceWorkerContainer?.prototype;
  if (workers) {
    const found = descriptor(workers, 'register');
    found.value = fakeNative('register', 1, async (target, args) => {
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

  // The PDF viewer that every Chrome with a window has.
  const facts = guarded(new WeakMap());
  const put = (target, name, value, enumerable) => {
    defineProperty(target, name, { value, enumerable, configurable: true, writable: false });
  };
  const fakeObject = (type, values) => {
    const object = Object.create(type.prototype);
    facts.set(object, values);
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
        replaceMethod(type.prototype, name, (native, target, args) => {
          const values = facts.get(target);
          if (!values) return apply(native, target, args);
          return typeof values[name] === 'function' ? values[name](...args) : values[name];
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
    const plugins = options.plugins.map((name) => {
      const plugin = fakeObject(types[1], { name, filename: 'internal-pdf-viewer', description });
      const mimes = kinds.map((type) =>
        fakeObject(types[3], { type, suffixes: 'pdf', description, enabledPlugin: plugin }),
      );
      Object.assign(facts.get(plugin), listed(mimes, 'type'));
      list(plugin, mimes, 'type');
      return plugin;
    });
    const mimes = kinds.map((_, index) => plugins[0][index]);
    const pluginArray = fakeObject(types[0], listed(plugins, 'name'));
    const mimeArray = fakeObject(types[2], listed(mimes, 'type'));
    list(pluginArray, plugins, 'name');
    list(mimeArray, mimes, 'type');
    replaceValue(self.Navigator.prototype, 'plugins', pluginArray);
    replaceValue(self.Navigator.prototype, 'mimeTypes', mimeArray);
    replaceValue(self.Navigator.prototype, 'pdfViewerEnabled', true);
  }

  if (!self.chrome) {
    const start = performance.timeOrigin / 1000;
    const since = () => performance.now() / 1000;
    const states = { DISABLED: 'disabled', INSTALLED: 'installed', NOT_INSTALLED: 'not_installed' };
    const running = {
      CANNOT_RUN: 'cannot_run', READY_TO_RUN: 'ready_to_run', RUNNING: 'running',
    };
    const chrome = {
      loadTimes: fakeNative('', 0, () => ({
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
      csi: fakeNative('', 0, () => ({
        startE: Math.floor(start * 1000),
        onloadT: Math.floor((start + since()) * 1000),
        pageT: since() * 1000,
        tran: 15,
      })),
      app: {
        isInstalled: false,
        getDetails: fakeNative('getDetails', 0, () => null),
        getIsInstalled: fakeNative('getIsInstalled', 0, () => false),
        installState: fakeNative('installState', 0, () => undefined),
        runningState: fakeNative('runningState', 0, () => 'cannot_run'),
        InstallState: states,
        RunningState: running,
      },
    };
    defineProperty(self, 'chrome', { value: chrome, writable: true, enumerable: true });
  }
})
