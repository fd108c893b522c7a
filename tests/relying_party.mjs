// A relying party that does what Immich does with openid-client 6.8.1: fresh discovery at each step, the secret
// in the body, PKCE, ID-token claims, end-session without a redirect. Settings come from the environment.
//   GET  /auth/login            starts; GET /auth/login?code=... finishes
//   POST /mobile {redirectUri, state, codeChallenge}   what a phone asks for
//   POST /mobile/callback {url, state, codeVerifier}   what a phone brings back
//   GET  /logout                goes to the provider's end-session endpoint
import http from "node:http";
import https from "node:https";
import fs from "node:fs";
import * as client from "openid-client";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, ORIGIN, PORT, TLS_CERT, TLS_KEY, AUTH = "client_secret_post", SCOPE = "openid email profile",
  ALG = "RS256" } = process.env;
const pending = new Map();

async function discover() {
  const authentication = !CLIENT_SECRET ? client.None() : AUTH === "client_secret_basic" ? client.ClientSecretBasic(CLIENT_SECRET)
    : client.ClientSecretPost(CLIENT_SECRET);
  return client.discovery(new URL(ISSUER), CLIENT_ID, { client_secret: CLIENT_SECRET, response_types: ["code"], id_token_signed_response_alg: ALG },
    authentication, { execute: ISSUER.startsWith("http:") ? [client.allowInsecureRequests] : [] });
}

async function begin(redirectUri, state, codeChallenge) {
  const config = await discover();
  const verifier = codeChallenge ? undefined : client.randomPKCECodeVerifier();
  const parameters = { redirect_uri: redirectUri, scope: SCOPE, state };
  if (config.serverMetadata().supportsPKCE()) {
    parameters.code_challenge = codeChallenge ?? await client.calculatePKCECodeChallenge(verifier);
    parameters.code_challenge_method = "S256";
  }
  return { url: client.buildAuthorizationUrl(config, parameters).href, verifier };
}

async function finish(url, state, verifier) {
  const config = await discover();
  const tokens = await client.authorizationCodeGrant(config, new URL(url), { expectedState: state, pkceCodeVerifier: verifier });
  const claims = tokens.claims();
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  const refreshed = tokens.refresh_token ? await client.refreshTokenGrant(config, tokens.refresh_token) : undefined;
  return { claims, userinfo, refreshed: refreshed?.claims() ?? null, scope: tokens.scope };
}

const body = async (request) => { let text = ""; for await (const chunk of request) text += chunk; return JSON.parse(text || "{}"); };

async function handle(request, response) {
  const url = new URL(request.url, ORIGIN);
  const send = (status, content, headers = {}) => { response.writeHead(status, headers); response.end(content); };
  const json = (content) => send(200, JSON.stringify(content), { "content-type": "application/json" });
  try {
    if (url.pathname === "/auth/login" && !url.searchParams.has("state")) {
      const state = client.randomState();
      const started = await begin(`${ORIGIN}/auth/login`, state);
      pending.set(state, started.verifier);
      send(302, "", { location: started.url });
    } else if (url.pathname === "/auth/login") {
      const state = url.searchParams.get("state");
      const result = await finish(url.href, state, pending.get(state));
      send(200, `<!doctype html><title>Signed in</title><h1>Welcome ${result.claims.name}</h1><pre id="result">${JSON.stringify(result)}</pre>`,
        { "content-type": "text/html" });
    } else if (url.pathname === "/mobile") {
      const asked = await body(request);
      json(await begin(asked.redirectUri, asked.state, asked.codeChallenge));
    } else if (url.pathname === "/mobile/callback") {
      const asked = await body(request);
      json(await finish(asked.url, asked.state, asked.codeVerifier));
    } else if (url.pathname === "/logout") {
      send(302, "", { location: (await discover()).serverMetadata().end_session_endpoint });
    } else {
      send(url.pathname === "/favicon.ico" ? 204 : 404, "");
    }
  } catch (error) {
    const problem = { error: error.error ?? error.code ?? error.name, message: error.message, cause: String(error.cause?.message ?? error.cause ?? "") };
    send(500, `<!doctype html><title>Failed</title><pre id="result">${JSON.stringify(problem)}</pre>`, { "content-type": "text/html" });
  }
}

const server = TLS_CERT ? https.createServer({ cert: fs.readFileSync(TLS_CERT), key: fs.readFileSync(TLS_KEY) }, handle) : http.createServer(handle);
server.listen(Number(PORT), "127.0.0.1", () => console.log("listening"));
