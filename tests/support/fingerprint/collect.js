// What one window or worker tells of its browser.
self.collect = async () => {
  const told = self.navigator;
  const webgl = (kind) => {
    const canvas = new OffscreenCanvas(1, 1);
    const context = canvas.getContext(kind);
    const unmasked = context?.getExtension('WEBGL_debug_renderer_info');
    if (!unmasked) return null;
    return [
      context.getParameter(unmasked.UNMASKED_VENDOR_WEBGL),
      context.getParameter(unmasked.UNMASKED_RENDERER_WEBGL),
    ];
  };
  const hints = ['architecture', 'bitness', 'formFactors', 'fullVersionList', 'model'];
  hints.push('platformVersion', 'uaFullVersion', 'wow64');
  const echoed = await fetch(new URL('/echo', self.origin === 'null' ? self.base : self.origin));
  return {
    userAgent: told.userAgent,
    appVersion: told.appVersion,
    platform: told.platform,
    language: told.language,
    languages: told.languages,
    areLanguagesFrozen: Object.isFrozen(told.languages),
    hardwareConcurrency: told.hardwareConcurrency,
    deviceMemory: told.deviceMemory,
    brands: told.userAgentData.brands,
    mobile: told.userAgentData.mobile,
    hintedPlatform: told.userAgentData.platform,
    hints: await told.userAgentData.getHighEntropyValues(hints),
    asJson: told.userAgentData.toJSON(),
    connection: [told.connection.effectiveType, told.connection.rtt],
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    offset: new Date(1767225600000).getTimezoneOffset(),
    locales: [Intl.DateTimeFormat, Intl.NumberFormat, Intl.Collator, Intl.PluralRules].map(
      (format) => new format().resolvedOptions().locale,
    ),
    number: (1234567.891).toLocaleString(),
    webgl: webgl('webgl'),
    webgl2: webgl('webgl2'),
    notifications: (await told.permissions.query({ name: 'notifications' })).state,
    notificationPermission: self.Notification?.permission,
    ownProperties: Object.getOwnPropertyNames(told),
    headers: await echoed.json(),
    // Of what a window and a worker have in common.
    natives: [
      self.fetch, self.Worker, self.SharedWorker, self.URL.createObjectURL,
      self.WebGLRenderingContext.prototype.getParameter, self.Function.prototype.toString,
      self.XMLHttpRequest?.prototype.send, Object.getOwnPropertyDescriptor(
        Object.getPrototypeOf(told), 'languages',
      ).get,
    ].filter(Boolean).map((made) => `${made}` === `function ${made.name}() { [native code] }`),
  };
};

if (!self.document) {
  const answer = async (port) => port.postMessage(await self.collect());
  if (self.SharedWorkerGlobalScope) {
    self.onconnect = (event) => answer(event.ports[0]);
  } else if (self.name === 'nesting') {
    const inner = new Worker(URL.createObjectURL(new Blob([self.inner], { type: 'text/javascript' })));
    inner.onmessage = (event) => self.postMessage(event.data);
  } else {
    answer(self);
  }
}
