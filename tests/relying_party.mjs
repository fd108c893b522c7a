// A relying party that does what Immich does with openid-client 6.8.1: discovery anew at each step, state and
// verifier in cookies, the secret in the body, PKCE where it is offered, and end-session without a way back.
// Settings come from the environment.
//   GET  /auth/login, /user-settings     the page that starts by itself, and that the provider sends people back to
//   POST /api/oauth/authorize            {redirectUri} -> {url}; a phone adds its own {state, codeChallenge}
//   POST /api/oauth/callback             {url} -> what was learnt; a phone adds {state, codeVerifier}
//   POST /api/auth/logout                -> {redirectUri}; GET /auth/logout is the page that follows it
//   GET  /api/userinfo                   asks the provider once more with the tokens of the last sign-in
//   POST /api/refresh                    renews them
import http from "node:http";
import * as client from "openid-client";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, ORIGIN, PORT, AUTH = "client_secret_post", SCOPE = "openid email profile", ALG = "RS256",
  LOGOUT_HINT } = process.env;
let last;

async function discover() {
  const authentication = !CLIENT_SECRET ? client.None() : AUTH === "client_secret_basic" ? client.ClientSecretBasic(CLIENT_SECRET)
    : client.ClientSecretPost(CLIENT_SECRET);
  return client.discovery(new URL(ISSUER), CLIENT_ID, { client_secret: CLIENT_SECRET, response_types: ["code"], id_token_signed_response_alg: ALG },
    authentication, { execute: ISSUER.startsWith("http:") ? [client.allowInsecureRequests] : [] });
}

async function begin({ redirectUri, state = client.randomState(), codeChallenge }) {
  const config = await discover();
  const verifier = codeChallenge ? undefined : client.randomPKCECodeVerifier();
  const parameters = { redirect_uri: redirectUri, scope: SCOPE, state };
  if (config.serverMetadata().supportsPKCE()) {
    parameters.code_challenge = codeChallenge ?? await client.calculatePKCECodeChallenge(verifier);
    parameters.code_challenge_method = "S256";
  }
  return { url: client.buildAuthorizationUrl(config, parameters).href, state, verifier };
}

async function finish({ url, state, codeVerifier }) {
  const config = await discover();
  const tokens = await client.authorizationCodeGrant(config, new URL(url), { expectedState: state, pkceCodeVerifier: codeVerifier });
  const claims = tokens.claims();
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  last = { accessToken: tokens.access_token, refreshToken: tokens.refresh_token, idToken: tokens.id_token, sub: claims.sub };
  return { claims, userinfo, profile: claims.email ? claims : userinfo, picture: await picture(claims.picture ?? userinfo.picture),
    scope: tokens.scope, refreshes: Boolean(tokens.refresh_token), tokens: { ...last, code: new URL(url).searchParams.get("code") } };
}

// Immich's server fetches it without credentials.
async function picture(url) {
  if (!url) return null;
  const answer = await fetch(url);
  return { status: answer.status, type: answer.headers.get("content-type") };
}

async function logoutAddress() {
  const config = await discover();
  return LOGOUT_HINT && last ? client.buildEndSessionUrl(config, { id_token_hint: last.idToken }).href : config.serverMetadata().end_session_endpoint;
}

async function refresh() {
  const tokens = await client.refreshTokenGrant(await discover(), last.refreshToken);
  last = { ...last, accessToken: tokens.access_token, refreshToken: tokens.refresh_token ?? last.refreshToken };
  return { claims: tokens.claims() ?? null };
}

const page = (script) => `<!doctype html><title>App</title><h1>App</h1><script type="module">
const post = async (path, body) => (await fetch(path, { method: "POST", body: JSON.stringify(body) })).json();
const show = (result) => { const pre = document.createElement("pre"); pre.id = "result"; pre.textContent = JSON.stringify(result); document.body.append(pre); };
${script}</script>`;
const LOGIN = page(`const url = new URL(location.href);
if (url.searchParams.has("code") || url.searchParams.has("error")) show(await post("/api/oauth/callback", { url: url.href }));
else location.href = (await post("/api/oauth/authorize", { redirectUri: url.origin + url.pathname })).url;`);
const LOGOUT = page(`location.href = (await post("/api/auth/logout")).redirectUri;`);

const cookies = (request) => Object.fromEntries((request.headers.cookie ?? "").split("; ").map((pair) => pair.split(/=(.*)/s).slice(0, 2)));
const read = async (request) => { let text = ""; for await (const chunk of request) text += chunk; return JSON.parse(text || "{}"); };
const html = (content) => ({ content, headers: { "content-type": "text/html" } });
const json = (content, headers = {}) => ({ content: JSON.stringify(content), headers: { "content-type": "application/json", ...headers } });

const routes = {
  "GET /auth/login": () => html(LOGIN),
  "GET /user-settings": () => html(LOGIN),
  "GET /auth/logout": () => html(LOGOUT),
  "POST /api/oauth/authorize": async (request) => {
    const { url, state, verifier } = await begin(await read(request));
    return json({ url }, { "set-cookie": [`oauth_state=${state}; HttpOnly`, `oauth_code_verifier=${verifier ?? ""}; HttpOnly`] });
  },
  "POST /api/oauth/callback": async (request) => {
    const { oauth_state: state, oauth_code_verifier: codeVerifier } = cookies(request);
    return json(await finish({ state, codeVerifier, ...await read(request) }));
  },
  "POST /api/auth/logout": async () => json({ redirectUri: await logoutAddress() }),
  "GET /api/userinfo": async () => json(await client.fetchUserInfo(await discover(), last.accessToken, last.sub)),
  "POST /api/refresh": async () => json(await refresh()),
  "GET /favicon.ico": () => ({ status: 204, content: "" }),
};

http.createServer(async (request, response) => {
  const route = routes[`${request.method} ${new URL(request.url, ORIGIN).pathname}`] ?? (() => ({ status: 404, content: "" }));
  let answer;
  try {
    answer = await route(request);
  } catch (error) {
    answer = { status: 500, ...json({ error: error.error ?? error.code ?? error.name, message: error.message,
      cause: String(error.cause?.message ?? error.cause?.code ?? JSON.stringify(error.cause) ?? ""), status: error.status ?? null }) };
  }
  response.writeHead(answer.status ?? 200, answer.headers);
  response.end(answer.content);
}).listen(Number(PORT), "127.0.0.1", () => console.log("listening"));
