// What both pages do with the browser client, told to the test through the document.
const report = (text) => {
  const item = document.createElement('li');
  item.textContent = text;
  document.getElementById('log').append(item);
};
const fail = (reason) => (document.title = 'failed: ' + (reason?.stack ?? reason));
window.addEventListener('error', (event) => fail(event.error ?? event.message));
window.addEventListener('unhandledrejection', (event) => fail(event.reason));

// Methods that arrange the client in the page and send nothing.
const ARRANGING = [
  'addDestinationMiddleware', 'addEventListener', 'addIntegration', 'addIntegrationMiddleware', 'add', 'debug', 'deregister',
  'hasListeners', 'initialize', 'listeners', 'log', 'noConflict', 'normalize', 'ready', 'register', 'removeAllListeners',
  'removeEventListener', 'removeListener', 'timeout', 'use', 'push',
];

const called = new Set();
const call = async (name, action) => {
  called.add(name.split(' ')[0]);
  await action();
  report('done ' + name);
};
const tracked = (cio, action) =>
  new Promise((resolve) => {
    cio.once('track', resolve);
    action();
  });

/** Calls every method that sends something, for people whose ids begin with this name. */
async function everyCall(cio, who) {
  await call('identify previous', () => cio.identify(who + '-old', { colour: 'red' }));
  await call('reset', () => cio.reset());
  await call('setAnonymousId', () => cio.setAnonymousId(who + '-anon'));
  await call('track anonymous', () => cio.track('looked', { page: 'a' }));
  await call('identify', () => cio.identify(who + '-1', { email: who + '-1@example.test', plan: 'pro' }));
  await call('addSourceMiddleware', () =>
    cio.addSourceMiddleware(({ payload, next }) => {
      if (payload.obj.event === 'Order Completed') payload.obj.properties.marked = 'yes';
      next(payload);
    }));
  await call('track', () => cio.track('Order Completed', { total: 12.5 }));
  await call('page', () => cio.page('Shop', 'Cart', { url: 'https://shop.example.test/cart' }));
  await call('pageview', () => cio.pageview('/old-style'));
  await call('screen', () => cio.screen('Settings'));
  await call('group', () => cio.group(who + '-umbrella', { name: 'Umbrella', relationshipAttributes: { role: 'admin' } }));
  await call('alias', () => cio.alias(who + '-1', who + '-old'));
  await call('queryString', () => cio.queryString('?ajs_event=arrived&ajs_prop_campaign=may'));
  const link = document.getElementById('link');
  const form = document.getElementById('form');
  await call('trackLink', () => tracked(cio, () => cio.trackLink(link, 'link followed').then(() => link.click())));
  await call('trackClick', () =>
    tracked(cio, () => cio.trackClick(document.getElementById('button'), 'clicked').then(() => document.getElementById('button').click())));
  await call('trackForm', () => tracked(cio, () => cio.trackForm(form, 'form sent').then(() => form.requestSubmit())));
  const second = document.getElementById('second');
  await call('trackSubmit', () => tracked(cio, () => cio.trackSubmit(second, 'form submitted').then(() => second.requestSubmit())));

  const missed = Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(cio)))
    .filter(([name, member]) => typeof member.value === 'function' && name !== 'constructor' && !name.startsWith('_'))
    .map(([name]) => name)
    .filter((name) => !called.has(name) && !ARRANGING.includes(name));
  if (missed.length > 0) throw new Error('not called: ' + missed.join(', '));
}

/** Says which hosts the page has spoken to, and that it is through. */
function finish() {
  for (const host of new Set(performance.getEntriesByType('resource').map((each) => new URL(each.name).host).filter(Boolean))) report('spoke to ' + host);
  document.title = 'finished';
}
