// Every method of customerio-node's PipelinesClient, once, in strict mode.
import { PipelinesClient, RegionUS } from 'customerio-node';
import { config, call, everyMethodOf } from './clients.mjs';

const cio = new PipelinesClient(config.writeKey, { region: RegionUS, url: config.url + '/v1', strictMode: true });

await call('track anonymous', () => cio.track({ anonymousId: 'pipe-anon', event: 'looked', properties: { page: 'a' } }));
await call('identify', () =>
  cio.identify({ userId: 'pipe-1', anonymousId: 'pipe-anon', traits: { email: 'pipe-1@example.test', createdAt: '2026-01-02T03:04:05Z', plan: 'pro' } }));
await call('track', () =>
  cio.track({ userId: 'pipe-1', event: 'Order Completed', properties: { total: 12.5 }, messageId: 'pipe-message-1' }));
await call('track again', () =>
  cio.track({ userId: 'pipe-1', event: 'Order Completed', properties: { total: 12.5 }, messageId: 'pipe-message-1' }));
await call('page', () => cio.page({ userId: 'pipe-1', name: 'Cart', properties: { url: 'https://shop.example.test/cart' } }));
await call('screen', () => cio.screen({ userId: 'pipe-1', name: 'Settings' }));
await call('group', () =>
  cio.group({ userId: 'pipe-1', groupId: 'globex', traits: { name: 'Globex', relationshipAttributes: { role: 'admin' } } }));
await call('identify previous', () => cio.identify({ userId: 'pipe-old', traits: { colour: 'red' } }));
await call('alias', () => cio.alias({ userId: 'pipe-1', previousId: 'pipe-old' }));
await call('batch', () =>
  cio.batch([
    { type: 'identify', userId: 'pipe-2', traits: { plan: 'batch' } },
    { type: 'track', userId: 'pipe-2', event: 'batched', properties: { n: 1 } },
    { type: 'track', userId: 'pipe-2', event: 'Device Created or Updated', context: { device: { token: 'pipe-token', type: 'ios' } } },
  ]));

everyMethodOf(PipelinesClient);
