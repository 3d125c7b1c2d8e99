// Asks everything everywhere, compares, and sends the report: [name, whether all agree, what was
// seen]. The names are those of docs/visitor.md.
const settled = (promise) => promise.catch((error) => ({ failed: `${error.name}: ${error.message}` }));
const same = (...values) => new Set(values.map((value) => JSON.stringify(value))).size === 1;
const fromWorker = (worker) =>
  new Promise((resolve, reject) => {
    (worker.port ?? worker).onmessage = (event) => resolve(event.data);
    worker.onerror = (event) => reject(new Error(event.message || 'worker failed'));
  });
const frame = (attributes) =>
  new Promise((resolve) => {
    const made = document.createElement('iframe');
    made.onload = () => resolve(made);
    Object.assign(made, attributes);
    document.body.append(made);
  });

async function realms() {
  const source = await (await fetch('/collect.js')).text();
  const code = `self.base = ${JSON.stringify(location.origin)}; ${source}`;
  const blob = (text) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const fromFrame = async (attributes) => {
    const made = await frame(attributes);
    const answer = new Promise((resolve) => {
      addEventListener('message', (event) => {
        if (event.source === made.contentWindow) resolve(event.data);
      });
    });
    made.contentWindow.postMessage('collect', '*');
    return answer;
  };
  const other = `http://localhost:${location.port}`;
  const all = {
    page: collect(),
    frame: fromFrame({ src: '/frame' }),
    otherSite: fromFrame({ src: `${other}/frame` }),
    workerOfOtherSite: fromFrame({ src: `${other}/frame?worker` }),
    written: fromFrame({ srcdoc: '<script src=/collect.js></script><script src=/answer.js></script>' }),
    worker: fromWorker(new Worker('/collect.js')),
    moduleWorker: fromWorker(new Worker('/collect.js?module', { type: 'module' })),
    blobWorker: fromWorker(new Worker(blob(code))),
    dataWorker: fromWorker(new Worker(`data:text/javascript,${encodeURIComponent(code)}`)),
    base64Worker: fromWorker(new Worker(`data:text/javascript;base64,${btoa(code)}`)),
    nestedWorker: fromWorker(
      new Worker(blob(`self.inner = ${JSON.stringify(code)}; ${code}`), { name: 'nesting' }),
    ),
    sharedWorker: fromWorker(new SharedWorker('/collect.js?shared')),
    sharedBlobWorker: fromWorker(new SharedWorker(blob(code))),
  };
  const found = {};
  for (const [name, told] of Object.entries(all)) found[name] = await settled(told);
  return found;
}

const HEADERS = {
  arch: 'architecture', bitness: 'bitness', model: 'model', 'platform-version': 'platformVersion',
};
const quoted = (brands) => brands.map((b) => `"${b.brand}";v="${b.version}"`).join(', ');
const replacedIn = (window) => {
  const getter = (type, name) => Object.getOwnPropertyDescriptor(window[type].prototype, name).get;
  const value = (type, name) => window[type].prototype[name];
  return [
    [getter('Navigator', 'plugins'), 'get plugins', 0],
    [getter('Navigator', 'mimeTypes'), 'get mimeTypes', 0],
    [getter('Navigator', 'pdfViewerEnabled'), 'get pdfViewerEnabled', 0],
    [getter('Navigator', 'webdriver'), 'get webdriver', 0],
    [getter('Navigator', 'languages'), 'get languages', 0],
    [getter('Navigator', 'hardwareConcurrency'), 'get hardwareConcurrency', 0],
    [getter('PluginArray', 'length'), 'get length', 0],
    [value('PluginArray', 'item'), 'item', 1],
    [getter('Plugin', 'name'), 'get name', 0],
    [getter('MimeType', 'enabledPlugin'), 'get enabledPlugin', 0],
    [value('WebGLRenderingContext', 'getParameter'), 'getParameter', 1],
    [value('WebGL2RenderingContext', 'getParameter'), 'getParameter', 1],
    [value('ServiceWorkerContainer', 'register'), 'register', 1],
    [value('Permissions', 'query'), 'query', 1],
    [window.URL.createObjectURL, 'createObjectURL', 1],
    [window.Worker, 'Worker', 1],
    [window.SharedWorker, 'SharedWorker', 1],
    [window.Function.prototype.toString, 'toString', 0],
    [window.setTimeout, 'setTimeout', 1],
    [window.clearTimeout, 'clearTimeout', 0],
    [window.setInterval, 'setInterval', 1],
    [window.clearInterval, 'clearInterval', 0],
    [getter('NetworkInformation', 'rtt'), 'get rtt', 0],
  ];
};
const throwsTypeError = (act) => {
  try {
    act();
    return false;
  } catch (error) {
    return error instanceof TypeError;
  }
};

async function examine() {
  const all = await realms();
  const { page } = all;
  const broken = Object.entries(all).filter(([, told]) => told.failed);
  const places = Object.entries(all).filter(([, told]) => !told.failed);
  const report = [];
  const check = (name, ok, ...seen) => report.push([name, Boolean(ok), seen]);
  const everywhere = (name, key, ok = true) => {
    const odd = places.filter(([, told]) => !same(told[key], page[key]));
    const is = typeof ok === 'function' ? places.every(([, told]) => ok(told[key])) : ok;
    check(name, is && odd.length === 0, page[key], ...odd.map(([at, told]) => [at, told[key]]));
  };
  // Chromium sends client hints for windows only.
  const inHeaders = (name, header, expected) => {
    const odd = places.filter(([at, told]) => {
      if (header.startsWith('sec-ch-') && /worker/i.test(at)) return told.headers[header];
      return told.headers[header] !== expected;
    });
    check(name, odd.length === 0, expected, ...odd.map(([at, told]) => [at, told.headers[header]]));
  };

  check('every frame and worker answers', broken.length === 0, places.length, broken);
  everywhere('user agent', 'userAgent', (agent) => !/headless/i.test(agent));
  everywhere('appVersion', 'appVersion', page.userAgent === `Mozilla/${page.appVersion}`);
  inHeaders('header User-Agent', 'user-agent', page.userAgent);
  const major = /Chrome\/(\d+)\.0\.0\.0/.exec(page.userAgent)?.[1];
  everywhere('brands', 'brands', (brands) => {
    const names = brands.map((brand) => brand.brand).join();
    const versions = brands.filter((brand) => brand.version === major).length;
    return names.includes('Google Chrome') && !/headless/i.test(names) && versions === 2;
  });
  inHeaders('header Sec-CH-UA', 'sec-ch-ua', quoted(page.brands));
  everywhere('mobile', 'mobile', page.mobile === false);
  inHeaders('header Sec-CH-UA-Mobile', 'sec-ch-ua-mobile', '?0');
  everywhere('platform', 'platform', page.platform.startsWith(page.hintedPlatform));
  everywhere('platform of client hints', 'hintedPlatform', page.userAgent.includes('Linux'));
  inHeaders('header Sec-CH-UA-Platform', 'sec-ch-ua-platform', `"${page.hintedPlatform}"`);
  everywhere('high-entropy client hints', 'hints', ({ fullVersionList, uaFullVersion, brands }) => {
    const full = fullVersionList.filter((brand) => brand.version === uaFullVersion).length;
    return full === 2 && uaFullVersion.split('.')[0] === major && same(brands, page.brands);
  });
  everywhere('client hints as JSON', 'asJson', same(page.asJson.brands, page.brands));
  const asked = page.headers;
  check(
    'headers of high-entropy client hints',
    asked['sec-ch-ua-full-version-list'] === quoted(page.hints.fullVersionList) &&
      Object.entries(HEADERS).every(
        ([header, hint]) => asked[`sec-ch-ua-${header}`] === `"${page.hints[hint]}"`,
      ),
    asked,
  );
  check('webdriver', navigator.webdriver === false && !('webdriver' in self), navigator.webdriver);
  everywhere('languages', 'languages', page.language === page.languages[0] && page.areLanguagesFrozen);
  everywhere('language', 'language');
  const accepted = page.languages
    .map((language, index) => (index ? `${language};q=${(1 - index / 10).toFixed(1)}` : language))
    .join(',');
  inHeaders('header Accept-Language', 'accept-language', accepted);
  everywhere('locale of Intl', 'locales', page.locales.every((locale) => locale === page.language));
  const number = new Intl.NumberFormat(page.language).format(1234567.891);
  everywhere('numbers as text', 'number', page.number === number);
  everywhere('time zone', 'timezone');
  const day = new Date(1767225600000);
  const there = new Date(day.toLocaleString('en-US', { timeZone: page.timezone }));
  const utc = new Date(day.toLocaleString('en-US', { timeZone: 'UTC' }));
  everywhere('offset of the time zone', 'offset', (utc - there) / 60000 === page.offset);

  const plugins = [...navigator.plugins];
  check(
    'plugins',
    plugins.length === 5 &&
      plugins.length === navigator.plugins.length &&
      plugins.every((plugin, at) => plugin instanceof Plugin && plugin === navigator.plugins[at]) &&
      plugins.every((plugin) => navigator.plugins.namedItem(plugin.name) === plugin) &&
      plugins.every((plugin) => navigator.plugins[plugin.name] === plugin && plugin.length === 2) &&
      navigator.plugins.item(9) === null &&
      `${navigator.plugins}` === '[object PluginArray]',
    plugins.map((plugin) => plugin.name),
  );
  const mimes = [...navigator.mimeTypes];
  check(
    'MIME types',
    mimes.length === 2 &&
      mimes.every((mime) => mime instanceof MimeType && mime.suffixes === 'pdf') &&
      navigator.mimeTypes['application/pdf'].enabledPlugin === navigator.plugins[0],
    mimes.map((mime) => mime.type),
  );
  check('PDF viewer', navigator.pdfViewerEnabled === plugins.length > 0, navigator.pdfViewerEnabled);
  const states = { denied: 'denied', default: 'prompt', granted: 'granted' };
  const differing = places.filter(
    ([, told]) => told.notificationPermission && states[told.notificationPermission] !== told.notifications,
  );
  check('permission of notifications', differing.length === 0, ...differing.map(([at]) => at));
  everywhere('permissions', 'notifications');

  check(
    'sizes of screen and window',
    screen.width >= outerWidth && outerWidth >= innerWidth && screen.height >= outerHeight &&
      outerHeight > innerHeight && screen.availWidth <= screen.width &&
      screen.availHeight <= screen.height && screenX + outerWidth <= screen.width,
    [screen.width, screen.height, outerWidth, outerHeight, innerWidth, innerHeight],
  );
  check(
    'screen in style sheets',
    matchMedia(`(device-width: ${screen.width}px) and (device-height: ${screen.height}px)`).matches,
  );
  check('pixel ratio', matchMedia(`(resolution: ${devicePixelRatio}dppx)`).matches, devicePixelRatio);
  check('colours', screen.colorDepth === 24 && screen.pixelDepth === 24, screen.colorDepth);
  check(
    'orientation',
    screen.orientation.type === 'landscape-primary' && matchMedia('(orientation: landscape)').matches,
    screen.orientation.type,
  );
  check(
    'touch and pointer',
    navigator.maxTouchPoints === 0 && !('ontouchstart' in self) &&
      matchMedia('(pointer: fine) and (hover: hover)').matches,
    navigator.maxTouchPoints,
  );
  everywhere('WebGL', 'webgl', ([vendor, renderer]) => {
    const maker = /^Google Inc\. \((.+)\)$/.exec(vendor)?.[1];
    return maker && renderer.startsWith(`ANGLE (${maker}, `) && !/swiftshader|llvm/i.test(renderer);
  });
  everywhere('WebGL 2', 'webgl2', same(page.webgl, page.webgl2));
  everywhere('processor cores', 'hardwareConcurrency', page.hardwareConcurrency >= 1);
  everywhere('memory', 'deviceMemory', Number.isInteger(Math.log2(page.deviceMemory)));
  check('header Device-Memory', asked['device-memory'] === `${page.deviceMemory}`);
  everywhere('network', 'connection', page.connection[0] === '4g' && page.connection[1] > 0);
  check('visible and focused', document.visibilityState === 'visible' && document.hasFocus());
  check('maker', navigator.vendor === 'Google Inc.' && navigator.productSub === '20030107');
  const devices = (await navigator.mediaDevices.enumerateDevices()).map((device) => device.kind);
  check('cameras and microphones', devices.includes('audioinput') && devices.length >= 3, devices);

  const shell = self.chrome;
  check(
    'window.chrome',
    shell?.app?.isInstalled === false && shell.loadTimes().requestTime > 0 && shell.csi().pageT > 0 &&
      `${shell.loadTimes}` === 'function () { [native code] }',
    Object.keys(shell ?? {}),
  );
  const refusal = await settled(navigator.serviceWorker.register('/collect.js'));
  check('service workers', /NotSupportedError.*denied permission/.test(refusal?.failed), refusal);
  const traces = /playwright|puppeteer|selenium|webdriver|automation|phantom|^cdc_|^__pw/i;
  const names = Object.getOwnPropertyNames(self).concat(Object.getOwnPropertyNames(document));
  check('no names of drivers', !names.some((name) => traces.test(name)), names.filter((n) => traces.test(n)));
  everywhere('nothing put on navigator', 'ownProperties', page.ownProperties.length === 0);

  const blank = document.createElement('iframe');
  document.body.append(blank);
  const inside = blank.contentWindow;
  const print = inside.Function.prototype.toString;
  const unlike = [...replacedIn(self), ...replacedIn(inside)].filter(
    ([made, name, length]) =>
      made.name !== name || made.length !== length ||
      ![print.call(made), `${made}`].every((text) => text === `function ${name}() { [native code] }`) ||
      (!/^[A-Z]/.test(name) && 'prototype' in made),
  );
  const inPlaces = places.filter(([, told]) => told.natives.includes(false)).map(([at]) => at);
  check(
    'functions look native',
    unlike.length === 0 && inPlaces.length === 0,
    unlike.map(([, name]) => name),
    inPlaces,
  );
  check(
    'a frame without a document',
    inside.navigator.plugins.length === 5 && inside.navigator.webdriver === false &&
      same(inside.navigator.languages, page.languages) &&
      inside.navigator.hardwareConcurrency === page.hardwareConcurrency && Boolean(inside.chrome),
  );
  check(
    'getters know their objects',
    ['plugins', 'mimeTypes', 'pdfViewerEnabled', 'languages'].every((name) =>
      throwsTypeError(() => Navigator.prototype[name]),
    ) && throwsTypeError(() => WebGLRenderingContext.prototype.getParameter(1)) &&
      throwsTypeError(() => Function.prototype.toString.call({})) &&
      throwsTypeError(() => Worker('/collect.js')),
  );

  const called = [];
  const methods = [[Map.prototype, 'set'], [Set.prototype, 'has'], [WeakMap.prototype, 'get']];
  const native = methods.map(([owner, name]) => owner[name]);
  methods.forEach(([owner, name], index) => {
    owner[name] = function callAndTell(...values) {
      called.push(name);
      return Reflect.apply(native[index], this, values);
    };
  });
  `${setTimeout} ${navigator.plugins.length}`;
  const delay = { valueOf: () => called.push('valueOf') && 2000 };
  const ids = [delay, 10, 2000, '2000'].map((each) => setTimeout(() => { document.title = ''; }, each));
  methods.forEach(([owner, name], index) => { owner[name] = native[index]; });
  ids.forEach((id) => clearTimeout(id));
  check('timers convert a delay once', same(called, ['valueOf']), called);

  const state = (await navigator.permissions.query({ name: 'geolocation' })).state;
  const position = state !== 'granted' ? null : await new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve([coords.latitude, coords.longitude]), () => resolve(null),
    );
  });
  return { report, position, page, screen: [screen.width, screen.height] };
}

examine()
  .catch((error) => ({ report: [['the page itself', false, [error.stack]]] }))
  .then((found) => fetch(`/report${location.search}`, { method: 'POST', body: JSON.stringify(found) }));
