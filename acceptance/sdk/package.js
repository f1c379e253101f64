// A page's script that uses the browser client from npm, with its calls in batches.
import { AnalyticsBrowser } from '@customerio/cdp-analytics-browser';

const { host, key } = document.body.dataset;
const batching = { strategy: 'batching', config: { size: 50, timeout: 200 } };
const browser = AnalyticsBrowser.load(
  { writeKey: key, cdnURL: host },
  { integrations: { 'Customer.io Data Pipelines': { deliveryStrategy: batching } } },
);
browser.track('early', { page: 'a' });
browser
  .then(async ([cio]) => {
    await everyCall(cio, 'package');
    setTimeout(finish, 1000);
  })
  .catch(fail);
