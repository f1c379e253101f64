// Every method of @customerio/cdp-analytics-node, once.
import { createRequire } from 'node:module';
import { config, call } from './clients.mjs';

const { Analytics } = createRequire(import.meta.url)('@customerio/cdp-analytics-node');
const analytics = new Analytics({ writeKey: config.writeKey, host: config.url, path: '/v1/batch', maxEventsInBatch: 3 });
analytics.on('error', (error) => {
  throw new Error(JSON.stringify(error));
});
const sent = (name, message) =>
  call(name, () => new Promise((resolve, reject) => analytics[name](message, (error) => (error ? reject(error) : resolve()))));

// Answers come with the batch, so the calls are made at once.
await Promise.all([
  sent('track', { anonymousId: 'cdp-anon', event: 'looked' }),
  sent('identify', { userId: 'cdp-1', anonymousId: 'cdp-anon', traits: { email: 'cdp-1@example.test', plan: 'pro' } }),
  sent('page', { userId: 'cdp-1', name: 'Home', properties: { url: 'https://shop.example.test/' } }),
  sent('screen', { userId: 'cdp-1', name: 'Start' }),
  sent('group', { userId: 'cdp-1', groupId: 'initech', traits: { name: 'Initech' } }),
  sent('alias', { userId: 'cdp-1', previousId: 'cdp-old' }),
]);
await call('flush', () => analytics.closeAndFlush());
