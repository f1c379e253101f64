// The reads of customerio-node's APIClient that show what came in through the other clients.
import { APIClient, IdentifierType, RegionUS } from 'customerio-node';
import { config, call } from './clients.mjs';

const cio = new APIClient(config.appKey, { region: RegionUS, url: config.url + '/v1' });

await call('getCustomersByEmail', () => cio.getCustomersByEmail('app@example.test'));
const person = await call('getAttributes', () => cio.getAttributes('app@example.test', IdentifierType.Email));
await call('getAttributes by id', () => cio.getAttributes('app/1', IdentifierType.Id));
await call('getAttributes by cio_id', () => cio.getAttributes(person.customer.identifiers.cio_id, IdentifierType.CioId));
await call('getCustomerActivities', () => cio.getCustomerActivities('app/1', { limit: 50, type: 'event' }));
await call('getCustomerMessages', () => cio.getCustomerMessages('app/1'));
await call('getCustomerRelationships', () => cio.getCustomerRelationships('app/1'));
await call('getCustomerSegments', () => cio.getCustomerSegments('app/1'));
await call('listActivities', () => cio.listActivities({ customerId: 'app/1', limit: 50 }));
await call('listObjectTypes', () => cio.listObjectTypes());
await call('getObjectAttributes', () => cio.getObjectAttributes('1', 'hooli'));
await call('getObjectRelationships', () => cio.getObjectRelationships('1', 'hooli'));
await call('findObjects', () =>
  cio.findObjects('1', { object_attribute: { field: 'name', operator: 'eq', value: 'Hooli', type_id: '1' } }));
const { segment } = await call('createSegment', () => cio.createSegment({ name: 'Short-lived' }));
await call('listSegments', () => cio.listSegments());
await call('getSegment', () => cio.getSegment(segment.id));
await call('getSegmentCustomerCount', () => cio.getSegmentCustomerCount(config.segmentId));
await call('getSegmentMembership', () => cio.getSegmentMembership(config.segmentId));
await call('deleteSegment', () => cio.deleteSegment(segment.id));
await call('listCampaigns', () => cio.listCampaigns());
const { messages } = await call('getMessages', () => cio.getMessages({ limit: 5 }));
await call('getMessage', () => cio.getMessage(messages[0].id));
await call('getArchivedMessage', () => cio.getArchivedMessage(messages[0].id));
await call('batchUpdateAttributes', () => cio.batchUpdateAttributes([{ name: 'plan', description: 'What is paid for' }]));
await call('batchUpdateEvents', () => cio.batchUpdateEvents([{ name: 'ordered', description: 'A purchase' }]));
