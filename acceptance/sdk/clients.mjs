// What all scripts here share: where the server is, and a record of every call as one line of JSON for the test that started them.
export const config = JSON.parse(process.env.CARILLON_CLIENT ?? '{}');

const called = new Set();

/** Does one call and reports what came back; a call that fails ends the script. The name begins with that of the method. */
export async function call(name, action) {
  called.add(name.split(' ')[0]);
  const answer = await action();
  process.stdout.write(JSON.stringify({ call: name, answer: answer ?? null }) + '\n');
  return answer;
}

/** Ends the script with an error when the client has a public method that was not called. */
export function everyMethodOf(client) {
  const missed = Object.entries(Object.getOwnPropertyDescriptors(client.prototype))
    .filter(([name, member]) => typeof member.value === 'function' && name !== 'constructor' && !/^(_|resourceBase$|envelope$)/.test(name))
    .map(([name]) => name)
    .filter((name) => !called.has(name));
  if (missed.length > 0) throw new Error('not called: ' + missed.join(', '));
}
