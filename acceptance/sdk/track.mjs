// Every method of customerio-node's TrackClient, once.
import { TrackClient, IdentifierType, RegionUS } from 'customerio-node';
import { config, call, everyMethodOf } from './clients.mjs';

const cio = new TrackClient(config.siteId, config.trackKey, { region: RegionUS, url: config.url + '/api/v1' });

await call('getAccountRegion', () => cio.getAccountRegion());
await call('identify', () =>
  cio.identify('node/1', { email: 'node-1@example.test', plan: 'pro', created_at: 1750000000, nested: { a: [1, 2] } }));
await call('track', () => cio.track('node/1', { name: 'ordered', data: { total: 12.5 } }));
await call('trackPageView', () => cio.trackPageView('node/1', 'https://shop.example.test/cart'));
await call('trackAnonymous', () => cio.trackAnonymous('node-anon', { name: 'looked', data: { page: 'a' } }));
await call('identify with anonymous_id', () => cio.identify('node/1', { anonymous_id: 'node-anon' }));
await call('trackAnonymous invite', () =>
  cio.trackAnonymous('', { name: 'invited', data: { recipient: 'friend@example.test' } }));
await call('addDevice', () =>
  cio.addDevice('node/1', 'token-1', 'ios', { last_used: 1750000100, app_version: '2.1' }));
await call('addDevice second', () => cio.addDevice('node/1', 'token-2', 'android'));
await call('deleteDevice', () => cio.deleteDevice('node/1', 'token-2'));
await call('identify secondary', () => cio.identify('node-2', { colour: 'blue' }));
await call('mergeCustomers', () => cio.mergeCustomers(IdentifierType.Id, 'node/1', IdentifierType.Id, 'node-2'));
await call('identify to destroy', () => cio.identify('node-3', { plan: 'free' }));
await call('destroy', () => cio.destroy('node-3'));
await call('identify to suppress', () => cio.identify('node-4', { plan: 'free' }));
await call('suppress', () => cio.suppress('node-4'));
await call('identify suppressed', () => cio.identify('node-4', { plan: 'free' }));
await call('suppress to unsuppress', () => cio.suppress('node-5'));
await call('unsuppress', () => cio.unsuppress('node-5'));
await call('identify unsuppressed', () => cio.identify('node-5', { plan: 'back' }));
await call('addCustomersToSegment', () => cio.addCustomersToSegment(config.segmentId, ['node/1', 'node-5'], IdentifierType.Id));
await call('removeCustomersFromSegment', () => cio.removeCustomersFromSegment(config.segmentId, ['node-5'], IdentifierType.Id));
await call('submitForm', () => cio.submitForm('newsletter', { email: 'form@example.test', colour: 'green' }));
await call('batch', () =>
  cio.batch([
    { type: 'person', action: 'identify', identifiers: { id: 'node-6' }, attributes: { plan: 'batch' } },
    { type: 'person', action: 'event', identifiers: { id: 'node-6' }, name: 'batched', attributes: { n: 1 } },
    { type: 'object', action: 'identify', identifiers: { object_type_id: '1', object_id: 'acme' }, attributes: { name: 'Acme' },
      cio_relationships: [{ identifiers: { id: 'node-6' }, relationship_attributes: { role: 'owner' } }] },
  ]));
await call('entity', () =>
  cio.entity({ type: 'person', action: 'add_relationships', identifiers: { id: 'node/1' },
    cio_relationships: [{ identifiers: { object_type_id: '1', object_id: 'acme' } }] }));
await call('reportMetric', () =>
  cio.reportMetric({ delivery_id: config.deliveryId, metric: 'opened', timestamp: 1750000200 }));
await call('trackPush', () =>
  cio.trackPush({ delivery_id: config.deliveryId, event: 'converted', device_id: 'token-1', timestamp: 1750000300 }));
await call('unsubscribe', () => cio.unsubscribe(config.deliveryId));

everyMethodOf(TrackClient);
