// The peer: npm oidc-provider over PostgreSQL, set up as its users do: its documented adapter interface over npm
// pg, one table. Same algorithms, claims, clients and kinds of token as ours: a signed access token (RFC 9068),
// a signed ID token with the person's claims, a rotated refresh token.

import { generateKeyPairSync } from 'node:crypto'
import Provider from 'oidc-provider'
import pg from 'pg'

const { PORT, PGHOST, PGUSER, PGDATABASE } = process.env
const SCOPES = 'openid profile email groups'
const pool = new pg.Pool({ host: PGHOST, user: PGUSER, database: PGDATABASE, max: 16 })

// Named, so that they are prepared once for each connection.
const query = (name, text, values) => pool.query({ name, text, values })

class Adapter {
  constructor(model) {
    this.model = model
  }

  async upsert(id, payload, expiresIn) {
    await query(
      'upsert',
      `insert into oidc (model, id, payload, grant_id, uid, user_code, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (model, id) do update set payload = excluded.payload, expires_at = excluded.expires_at`,
      [
        this.model, id, payload, payload.grantId, payload.uid, payload.userCode,
        expiresIn ? new Date(Date.now() + expiresIn * 1000) : null,
      ],
    )
  }

  async #first(name, condition, value) {
    const { rows } = await query(
      name,
      `select payload, consumed_at from oidc
       where model = $1 and ${condition} = $2 and (expires_at is null or expires_at > now())`,
      [this.model, value],
    )
    return rows[0] && { ...rows[0].payload, ...(rows[0].consumed_at ? { consumed: true } : undefined) }
  }

  find(id) {
    return this.#first('find', 'id', id)
  }

  findByUid(uid) {
    return this.#first('findByUid', 'uid', uid)
  }

  findByUserCode(userCode) {
    return this.#first('findByUserCode', 'user_code', userCode)
  }

  async consume(id) {
    await query('consume', 'update oidc set consumed_at = now() where model = $1 and id = $2', [this.model, id])
  }

  async destroy(id) {
    await query('destroy', 'delete from oidc where model = $1 and id = $2', [this.model, id])
  }

  async revokeByGrantId(grantId) {
    await query('revoke', 'delete from oidc where grant_id = $1', [grantId])
  }
}

const accounts = new Adapter('Account')

const clients = Array.from({ length: 20 }, (_each, index) => ({
  client_id: `c${index + 1}`,
  client_secret: `secret-of-c${index + 1}`,
  client_name: `Client ${index + 1}`,
  redirect_uris: ['https://app.example.test/callback'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  id_token_signed_response_alg: index % 2 ? 'ES256' : 'RS256',
}))

const key = (type, options, more) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), use: 'sig', ...more,
})

const provider = new Provider(`http://localhost:${PORT}`, {
  adapter: Adapter,
  clients,
  jwks: {
    keys: [
      key('rsa', { modulusLength: 2048 }, { alg: 'RS256', kid: 'rsa' }),
      key('ec', { namedCurve: 'P-256' }, { alg: 'ES256', kid: 'ec' }),
    ],
  },
  enabledJWA: {
    idTokenSigningAlgValues: ['RS256', 'ES256'],
  },
  claims: {
    openid: ['sub'],
    profile: ['name', 'given_name', 'family_name', 'preferred_username'],
    email: ['email', 'email_verified'],
    groups: ['groups'],
  },
  scopes: SCOPES.split(' '),
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  async findAccount(_ctx, accountId) {
    const person = await accounts.find(accountId)
    return person && { accountId, claims: async () => ({ sub: accountId, ...person }) }
  },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: async (_ctx, _client, oneOf) => oneOf ?? 'urn:app',
      useGrantedResource: async () => true,
      getResourceServerInfo: async (_ctx, _resource, client) => ({
        scope: SCOPES,
        audience: client.clientId,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: client.idTokenSignedResponseAlg } },
      }),
    },
  },
  ttl: { AccessToken: 3600, AuthorizationCode: 60, IdToken: 3600, RefreshToken: 2592000, Grant: 2592000 },
})

provider.on('server_error', (_ctx, error) => console.error(error))
provider.listen(Number(PORT), '127.0.0.1', () => console.log('listening'))
