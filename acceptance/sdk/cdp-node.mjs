// Every method of @customerio/cdp-analytics-node, once.
import { Analytics } from '@customerio/cdp-analytics-node';
import { config, call, everyMethodOf } from './clients.mjs';

const analytics = new Analytics({ writeKey: config.writeKey, host: config.url, maxEventsInBatch: 4 });
analytics.on('error', (error) => {
  throw new Error(JSON.stringify(error));
});
const sent = (name, message) =>
  call(name, () =>
    new Promise((resolve, reject) => analytics[name.split(' ')[0]](message, (error) => (error ? reject(error) : resolve()))));

const marking = {
  name: 'marking', type: 'enrichment', version: '1', isLoaded: () => true, load: async () => {},
  track: (context) => {
    context.updateEvent('properties.marked', 'yes');
    return context;
  },
};
await call('register', () => analytics.register(marking));

// Answers come with the batch, so the calls of one batch are made at once.
await Promise.all([
  sent('track', { anonymousId: 'cdp-anon', event: 'looked', properties: { page: 'a' } }),
  sent('identify', { userId: 'cdp-1', anonymousId: 'cdp-anon', traits: { email: 'cdp-1@example.test', plan: 'pro' } }),
  sent('page', { userId: 'cdp-1', name: 'Home', properties: { url: 'https://shop.example.test/' } }),
  sent('screen', { userId: 'cdp-1', name: 'Start' }),
]);
await call('deregister', () => analytics.deregister('marking'));
await Promise.all([
  sent('group', { userId: 'cdp-1', groupId: 'initech', traits: { name: 'Initech', relationshipAttributes: { role: 'member' } } }),
  sent('identify previous', { userId: 'cdp-old', traits: { colour: 'red' } }),
  sent('alias', { userId: 'cdp-1', previousId: 'cdp-old' }),
  sent('track unmarked', { userId: 'cdp-1', event: 'left' }),
]);
await call('closeAndFlush', () => analytics.closeAndFlush());

everyMethodOf(Analytics);
