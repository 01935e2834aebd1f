/** A certified identity provider for one test: `node provider.mjs PORT WAY_BACK...`; whoever types a name is that. */
import { Provider } from "oidc-provider";

const [port, ...back] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "noaber", client_secret: "a secret of one's own", redirect_uris: back }],
  claims: { openid: ["sub", "groups"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ["only for a test"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, groups: ["beheer"] }) }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
