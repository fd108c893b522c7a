// A relying party made with openid-client 5, as Actual Budget and Audiobookshelf have it: Basic, PKCE, a nonce.
//   GET /login      to the provider
//   GET /callback   what was learnt, and what renewed tokens say
//   GET /logout     to the provider, and back to /goodbye
import http from "node:http";
import { generators, Issuer } from "openid-client-5";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, ORIGIN, PORT } = process.env;
const redirectUri = `${ORIGIN}/callback`;
const issuer = await Issuer.discover(ISSUER);
const client = new issuer.Client({ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [redirectUri], response_types: ["code"] });
let checks, tokens;

const routes = {
  "/login": () => {
    const verifier = generators.codeVerifier();
    checks = { state: generators.state(), nonce: generators.nonce(), code_verifier: verifier };
    return { location: client.authorizationUrl({ scope: "openid profile email groups offline_access", state: checks.state, nonce: checks.nonce,
      code_challenge: generators.codeChallenge(verifier), code_challenge_method: "S256" }) };
  },
  "/callback": async (request) => {
    const first = await client.callback(redirectUri, client.callbackParams(request), checks);
    tokens = await client.refresh(first);
    return { claims: first.claims(), renewed: tokens.claims(), userinfo: await client.userinfo(tokens) };
  },
  "/logout": () => ({ location: client.endSessionUrl({ id_token_hint: tokens.id_token, post_logout_redirect_uri: `${ORIGIN}/goodbye`, state: "bye" }) }),
};

http.createServer(async (request, response) => {
  const url = new URL(request.url, ORIGIN);
  let answer;
  try {
    answer = await (routes[url.pathname] ?? (() => ({ path: url.pathname + url.search })))(request);
  } catch (error) {
    answer = { error: error.error ?? error.name, message: error.message };
  }
  response.writeHead(answer.location ? 302 : 200, { "content-type": "application/json", ...answer.location && { location: answer.location } });
  response.end(JSON.stringify(answer));
}).listen(Number(PORT), "127.0.0.1", () => console.log("listening"));
