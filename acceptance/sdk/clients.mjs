// What all scripts here share: where the server is, and a record of every call as one line of JSON for the test that started them.
export const config = JSON.parse(process.env.CARILLON_CLIENT ?? '{}');

/** Does one call and reports what came back; a call that fails ends the script. */
export async function call(name, action) {
  const answer = await action();
  process.stdout.write(JSON.stringify({ call: name, answer: answer ?? null }) + '\n');
  return answer;
}
