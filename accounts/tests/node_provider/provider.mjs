// The OpenID provider that others run: oidc-provider as it comes, with its own forms for trying out. Clients register
// themselves; what it says of a person is given on the command line, by login. Says "ready" when it listens.
import Provider from "oidc-provider";

const [issuer, people] = [process.argv[2], JSON.parse(process.argv[3])];
const provider = new Provider(issuer, {
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
  features: { registration: { enabled: true }, devInteractions: { enabled: true } },
  findAccount: (_context, login) => ({ accountId: login, claims: () => ({ sub: login, ...people[login] }) }),
});
provider.listen(new URL(issuer).port, "127.0.0.1", () => console.log("ready"));
