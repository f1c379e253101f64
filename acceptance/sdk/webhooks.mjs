// Reporting webhooks by customerio-node: set up with the APIClient; a call we made is shown to its verifier.
import { APIClient, RegionUS, verifyRequestSignature } from 'customerio-node';
import { config, call } from './clients.mjs';

const cio = new APIClient(config.appKey, { region: RegionUS, url: config.url + '/v1' });

if (config.body === undefined) {
  const made = await call('createReportingWebhook', () =>
    cio.createReportingWebhook({ name: 'node', endpoint: config.endpoint, events: ['email_sent', 'customer_unsubscribed'] }));
  await call('updateReportingWebhook', () => cio.updateReportingWebhook(made.id, { name: 'renamed' }));
  await call('getReportingWebhook', () => cio.getReportingWebhook(made.id));
  await call('listReportingWebhooks', () => cio.listReportingWebhooks());
  const other = await call('createReportingWebhook second', () =>
    cio.createReportingWebhook({ name: 'short-lived', endpoint: config.endpoint, events: ['sms_sent'] }));
  await call('deleteReportingWebhook', () => cio.deleteReportingWebhook(other.id));
} else {
  const { signingSecret, timestamp, body, signature } = config;
  await call('verifyRequestSignature', () => verifyRequestSignature({ signingSecret, timestamp, body, signature }));
  await call('verifyRequestSignature of another body', () =>
    verifyRequestSignature({ signingSecret, timestamp, body: body + ' ', signature }));
}
