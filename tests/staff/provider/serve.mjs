// An OpenID provider for tests: `node serve.mjs PORT BACK PEOPLE`. PEOPLE is JSON: name at the log-in → claims.
// It keeps to the book: PKCE, registered addresses, single-use codes. Its own plain pages log people in.
import { Provider } from "oidc-provider";

const [port, back, home, people] = process.argv.slice(2);
const claims = JSON.parse(people);
const address = `http://127.0.0.1:${port}`;

const provider = new Provider(address, {
  clients: [
    {
      client_id: "desk",
      client_secret: "a-secret",
      redirect_uris: [back],
      post_logout_redirect_uris: [home],
    },
  ],
  claims: { openid: ["sub", "groups", "amr"], email: ["email", "email_verified"], profile: ["name"] },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...claims[sub] }) }),
  pkce: { required: () => true },
  cookies: { keys: ["for-tests"] },
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
