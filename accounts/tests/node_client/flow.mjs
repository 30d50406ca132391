// Everything the server's metadata announces, as openid-client does it. Says JSON lines on stdout; `ask` lines are
// answered on stdin by the address a person's browser was sent to.
import * as oauth from "openid-client";
import readline from "node:readline";

const given = JSON.parse(process.argv[2]);
const answers = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (what) => console.log(JSON.stringify(what));

function found(client, authentication) {
  const options = { algorithm: "oauth2", execute: [oauth.allowInsecureRequests] };
  return oauth.discovery(new URL(given.issuer), client.id, undefined, authentication, options);
}

async function refused(call, error) {
  const code = await call().then(() => "nothing", (failure) => failure.error ?? failure.status ?? failure.code);
  if (code !== error) throw new Error(`expected ${error}, got ${code}`);
}

async function forAPerson(client, authentication, way) {
  const server = await found(client, authentication);
  const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
  const expectedState = oauth.randomState();
  const asked = oauth.buildAuthorizationUrl(server, {
    redirect_uri: given.redirect,
    scope: given.scope,
    state: expectedState,
    code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
  });
  say({ ask: asked.href });
  const back = new URL((await answers.next()).value);
  const first = await oauth.authorizationCodeGrant(server, back, { pkceCodeVerifier, expectedState });
  const person = await oauth.fetchUserInfo(server, first.access_token, oauth.skipSubjectCheck);
  const second = await oauth.refreshTokenGrant(server, first.refresh_token);
  if (authentication !== undefined && way !== "none") {
    const about = await oauth.tokenIntrospection(server, second.access_token);
    if (!about.active) throw new Error("a live token is said to be dead");
  }
  await oauth.tokenRevocation(server, second.refresh_token);
  await refused(() => oauth.refreshTokenGrant(server, second.refresh_token), "invalid_grant");
  say({ done: ["authorization_code", "refresh_token"], way, person: person.email, scope: second.scope });
}

async function byItself(client) {
  const server = await found(client, oauth.ClientSecretBasic(client.secret));
  const issued = await oauth.clientCredentialsGrant(server, { scope: given.scope });
  const listed = await oauth.fetchProtectedResource(
    server, issued.access_token, new URL(`${given.issuer}/api/v1/customers`), "GET",
  );
  await oauth.tokenRevocation(server, issued.access_token);
  say({ done: ["client_credentials"], way: "client_secret_basic", status: listed.status, scope: issued.scope });
}

await forAPerson(given.native, oauth.None(), "none");
await forAPerson(given.confidential, oauth.ClientSecretPost(given.confidential.secret), "client_secret_post");
await forAPerson(given.confidential, oauth.ClientSecretBasic(given.confidential.secret), "client_secret_basic");
await byItself(given.robot);
process.exit(0);
