-- Written by `make schema` from sql/migrations: the whole database in one place, to be read.

CREATE TABLE public.invitations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    digest bytea,
    is_mailed boolean DEFAULT false NOT NULL,
    mail_id uuid,
    first_name text DEFAULT ''::text NOT NULL,
    last_name text DEFAULT ''::text NOT NULL,
    username text,
    email text,
    note text DEFAULT ''::text NOT NULL,
    client_id text,
    days integer NOT NULL,
    created_by uuid,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    opened_at timestamp with time zone,
    accepted_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    user_id uuid,
    CONSTRAINT invitations_check CHECK (((accepted_at IS NULL) = (user_id IS NULL))),
    CONSTRAINT invitations_check1 CHECK (((digest IS NULL) OR ((accepted_at IS NULL) AND (withdrawn_at IS NULL)))),
    CONSTRAINT invitations_days_check CHECK (((days >= 1) AND (days <= 31))),
    CONSTRAINT invitations_email_check CHECK (((char_length(email) >= 3) AND (char_length(email) <= 255))),
    CONSTRAINT invitations_first_name_check CHECK ((char_length(first_name) <= 50)),
    CONSTRAINT invitations_last_name_check CHECK ((char_length(last_name) <= 50)),
    CONSTRAINT invitations_note_check CHECK ((char_length(note) <= 500)),
    CONSTRAINT invitations_username_check CHECK (((char_length(username) >= 1) AND (char_length(username) <= 50)))
);

COMMENT ON COLUMN public.invitations.digest IS 'SHA-256 of the secret in the link; null once it was used or withdrawn';

COMMENT ON COLUMN public.invitations.is_mailed IS 'The link went to the address alone, so that whoever has it reads mail there; one that an admin saw proves nothing';

COMMENT ON COLUMN public.invitations.mail_id IS 'The mail with the link, while the outbox remembers it';

COMMENT ON COLUMN public.invitations.client_id IS 'The app that they land at; null for the page of their apps';

COMMENT ON COLUMN public.invitations.created_by IS 'Who made it, or made its link anew; while that is no enabled admin it lets nobody in';

CREATE FUNCTION public.invitation_state(invitation public.invitations, at timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    select case
           when invitation.accepted_at is not null then 'done'
           when invitation.withdrawn_at is not null then 'withdrawn'
           when invitation.expires_at <= at then 'expired'
           when not exists (select
                              from users
                             where users.id = invitation.created_by
                               and users.is_admin
                               and not users.disabled) then 'held'
           when invitation.opened_at is not null then 'opened'
           when invitation.is_mailed then 'sent'
           else 'made' end
$$;

COMMENT ON FUNCTION public.invitation_state(invitation public.invitations, at timestamp with time zone) IS 'made, sent and opened let somebody in; held, expired, withdrawn and done do not';

CREATE FUNCTION public.keep_an_admin() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    -- Two admins who demote each other at the same moment wait here for one another.
    perform pg_advisory_xact_lock(hashtext('pocketid:last_admin'));
    if not exists (select from users where id <> old.id and is_admin and not disabled) then
        raise exception 'the last enabled admin cannot be removed, disabled or demoted'
            using errcode = 'check_violation', constraint = 'users_last_admin';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end $$;

CREATE FUNCTION public.tell_of_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    perform pg_notify('pocketid', tg_table_name);
    return null;
end $$;

CREATE FUNCTION public.username_skeleton(username text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN replace(lower(translate(username, '01I'::text, 'oll'::text)), 'm'::text, 'rn'::text);

COMMENT ON FUNCTION public.username_skeleton(username text) IS 'What a user name looks like: equal for names that are confusable by Unicode Technical Standard 39, section 4';

CREATE TABLE public.access_tokens (
    digest bytea NOT NULL,
    authorization_id uuid NOT NULL,
    scopes text[] NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    dpop_jkt text
);

COMMENT ON COLUMN public.access_tokens.digest IS 'SHA-256 of the jti: the row is what makes a signed token revocable';

COMMENT ON COLUMN public.access_tokens.dpop_jkt IS 'Thumbprint of the key that the token works with; null for a bearer token';

CREATE TABLE public.api_grant_permissions (
    api_id uuid NOT NULL,
    client_id text NOT NULL,
    way text NOT NULL,
    permission_id uuid NOT NULL
);

CREATE TABLE public.api_grants (
    api_id uuid NOT NULL,
    client_id text NOT NULL,
    way text NOT NULL,
    CONSTRAINT api_grants_way_check CHECK ((way = ANY (ARRAY['person'::text, 'client'::text])))
);

COMMENT ON COLUMN public.api_grants.way IS 'For whom the client asks: for a person who signs in to it, or for itself';

CREATE TABLE public.api_keys (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    description text,
    digest bytea NOT NULL,
    prefix text NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone,
    warned_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT api_keys_description_check CHECK ((char_length(description) <= 150)),
    CONSTRAINT api_keys_name_check CHECK (((char_length(name) >= 3) AND (char_length(name) <= 50)))
);

COMMENT ON COLUMN public.api_keys.prefix IS 'The first characters of the key, by which its owner tells it from others';

COMMENT ON COLUMN public.api_keys.warned_at IS 'When its owner was told by mail that it is about to expire';

CREATE TABLE public.api_permissions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    api_id uuid NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    CONSTRAINT api_permissions_description_check CHECK ((char_length(description) <= 200)),
    CONSTRAINT api_permissions_key_check CHECK (((char_length(key) >= 1) AND (char_length(key) <= 128))),
    CONSTRAINT api_permissions_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 50)))
);

CREATE TABLE public.apis (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    resource text NOT NULL,
    client_id text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT apis_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 50))),
    CONSTRAINT apis_resource_check CHECK (((char_length(resource) >= 1) AND (char_length(resource) <= 350)))
);

COMMENT ON COLUMN public.apis.resource IS 'The absolute URI that apps name it by (RFC 8707 2), and the audience of its tokens';

COMMENT ON COLUMN public.apis.client_id IS 'The client by which the API itself asks about tokens (RFC 7662)';

CREATE TABLE public.client_groups (
    client_id text NOT NULL,
    group_id uuid NOT NULL
);

CREATE TABLE public.clients (
    id text NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    launch_url text,
    redirect_uris text[] DEFAULT '{}'::text[] NOT NULL,
    logout_uris text[] DEFAULT '{}'::text[] NOT NULL,
    is_public boolean DEFAULT false NOT NULL,
    requires_pkce boolean DEFAULT true NOT NULL,
    allows_plain_pkce boolean DEFAULT false NOT NULL,
    requires_reauthentication boolean DEFAULT false NOT NULL,
    skips_consent boolean DEFAULT false NOT NULL,
    is_group_restricted boolean DEFAULT false NOT NULL,
    claims_in_id_token boolean DEFAULT true NOT NULL,
    always_includes_groups boolean DEFAULT false NOT NULL,
    signing_algorithm text DEFAULT 'RS256'::text NOT NULL,
    access_token_seconds integer DEFAULT 3600 NOT NULL,
    refresh_token_seconds integer DEFAULT 2592000 NOT NULL,
    recipe text,
    recipe_answers jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    claim_mapping jsonb DEFAULT '{}'::jsonb NOT NULL,
    requires_pushed_request boolean DEFAULT false NOT NULL,
    requires_signed_request boolean DEFAULT false NOT NULL,
    requires_device_bound_passkey boolean DEFAULT false NOT NULL,
    longest_sign_in_seconds integer,
    auth_method text DEFAULT 'any'::text NOT NULL,
    requires_dpop boolean DEFAULT false NOT NULL,
    is_fapi boolean DEFAULT false NOT NULL,
    backchannel_logout_uri text,
    backchannel_logout_session_required boolean DEFAULT false NOT NULL,
    frontchannel_logout_uri text,
    frontchannel_logout_session_required boolean DEFAULT false NOT NULL,
    allows_client_credentials boolean DEFAULT true NOT NULL,
    has_opaque_access_tokens boolean DEFAULT false NOT NULL,
    refresh_absolute_seconds integer,
    signs_userinfo boolean DEFAULT false NOT NULL,
    CONSTRAINT clients_access_token_seconds_check CHECK (((access_token_seconds >= 60) AND (access_token_seconds <= 31536000))),
    CONSTRAINT clients_auth_method_check CHECK ((auth_method = ANY (ARRAY['any'::text, 'private_key_jwt'::text, 'client_secret_jwt'::text]))),
    CONSTRAINT clients_check CHECK ((requires_pkce OR (NOT is_public))),
    CONSTRAINT clients_describes_itself CHECK (((id !~~ 'https://%'::text) OR (is_public AND (NOT allows_plain_pkce) AND (NOT skips_consent)))),
    CONSTRAINT clients_description_check CHECK ((char_length(description) <= 150)),
    CONSTRAINT clients_fapi CHECK (((NOT is_fapi) OR ((auth_method = 'private_key_jwt'::text) AND requires_dpop AND requires_pushed_request AND requires_pkce AND (NOT allows_plain_pkce) AND (NOT is_public) AND (signing_algorithm <> 'RS256'::text)))),
    CONSTRAINT clients_id_check CHECK (((char_length(id) >= 2) AND (char_length(id) <= 255))),
    CONSTRAINT clients_longest_sign_in_seconds_check CHECK ((longest_sign_in_seconds > 0)),
    CONSTRAINT clients_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 50))),
    CONSTRAINT clients_refresh_absolute_seconds_check CHECK (((refresh_absolute_seconds >= 60) AND (refresh_absolute_seconds <= 157680000))),
    CONSTRAINT clients_refresh_token_seconds_check CHECK (((refresh_token_seconds >= 60) AND (refresh_token_seconds <= 31536000))),
    CONSTRAINT clients_signing_algorithm_check CHECK ((signing_algorithm = ANY (ARRAY['RS256'::text, 'PS256'::text, 'ES256'::text, 'EdDSA'::text])))
);

COMMENT ON COLUMN public.clients.logout_uris IS 'post_logout_redirect_uris, OpenID Connect RP-Initiated Logout 3.1';

COMMENT ON COLUMN public.clients.claim_mapping IS 'groups and rules as in pocketid/claim_mapping.py; empty when nothing differs';

COMMENT ON COLUMN public.clients.longest_sign_in_seconds IS 'How old a sign-in may be before the passkey is asked for again; null for as long as the session';

COMMENT ON COLUMN public.clients.auth_method IS 'any: secrets, keys and federated identities alike, as far as the client has them';

COMMENT ON COLUMN public.clients.is_fapi IS 'The client keeps to the FAPI 2.0 Security Profile, and we hold it to that';

COMMENT ON COLUMN public.clients.backchannel_logout_uri IS 'Where we post logout tokens; null where the app takes none';

COMMENT ON COLUMN public.clients.frontchannel_logout_uri IS 'What the signed-out page opens in a frame; null where the app has none';

COMMENT ON COLUMN public.clients.allows_client_credentials IS 'Whether it may get tokens for itself; a public client never may';

COMMENT ON COLUMN public.clients.has_opaque_access_tokens IS 'Whether its access tokens are random texts and no JWTs';

COMMENT ON COLUMN public.clients.refresh_absolute_seconds IS 'When refreshing ends for good, counted from the sign-in; null for never';

COMMENT ON COLUMN public.clients.signs_userinfo IS 'Whether userinfo is a JWT in its signing algorithm (OpenID Connect Core 5.3.2)';

CREATE TABLE public.group_members (
    group_id uuid NOT NULL,
    user_id uuid NOT NULL
);

CREATE TABLE public.users (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    username text NOT NULL,
    first_name text DEFAULT ''::text NOT NULL,
    last_name text DEFAULT ''::text NOT NULL,
    display_name text DEFAULT ''::text NOT NULL,
    email text,
    email_verified boolean DEFAULT false NOT NULL,
    is_admin boolean DEFAULT false NOT NULL,
    disabled boolean DEFAULT false NOT NULL,
    locale text,
    last_sign_in_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    resembles_another boolean DEFAULT false NOT NULL,
    sought text GENERATED ALWAYS AS (lower(((((((((username || '
'::text) || COALESCE(email, ''::text)) || '
'::text) || display_name) || '
'::text) || first_name) || ' '::text) || last_name))) STORED NOT NULL,
    waiting_since timestamp with time zone,
    CONSTRAINT users_display_name_check CHECK ((char_length(display_name) <= 100)),
    CONSTRAINT users_email_check CHECK (((char_length(email) >= 3) AND (char_length(email) <= 255))),
    CONSTRAINT users_first_name_check CHECK ((char_length(first_name) <= 50)),
    CONSTRAINT users_last_name_check CHECK ((char_length(last_name) <= 50)),
    CONSTRAINT users_username_check CHECK (((char_length(username) >= 1) AND (char_length(username) <= 50))),
    CONSTRAINT users_waiting_check CHECK (((waiting_since IS NULL) OR (disabled AND (NOT is_admin))))
);

COMMENT ON COLUMN public.users.resembles_another IS 'The name looked like another''s before that was forbidden, and stays good until it is changed';

COMMENT ON COLUMN public.users.sought IS 'All names and the address in small letters, a line each: what a search looks into';

COMMENT ON COLUMN public.users.waiting_since IS 'Signed up, and not accepted by an administrator yet; disabled until then, which is what keeps them out everywhere';

CREATE VIEW public.app_users AS
 SELECT clients.id AS client_id,
    users.id AS user_id
   FROM (public.clients
     CROSS JOIN public.users)
  WHERE ((NOT clients.is_group_restricted) OR (EXISTS ( SELECT
           FROM (public.client_groups
             JOIN public.group_members USING (group_id))
          WHERE ((client_groups.client_id = clients.id) AND (group_members.user_id = users.id)))));

COMMENT ON VIEW public.app_users IS 'Who may sign in to which app: everybody, or the members of the groups that it is limited to';

CREATE TABLE public.audit_events (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    event text NOT NULL,
    user_id uuid,
    actor_id uuid,
    client_id text,
    address inet,
    user_agent text,
    country text,
    city text,
    details jsonb DEFAULT '{}'::jsonb NOT NULL,
    is_internal boolean
);

COMMENT ON COLUMN public.audit_events.user_id IS 'Whom it happened to; kept when the person is deleted';

COMMENT ON COLUMN public.audit_events.actor_id IS 'Who did it; null for the command line, SQL and strangers';

COMMENT ON COLUMN public.audit_events.is_internal IS 'Whether the address is one of ours; null without address';

ALTER TABLE public.audit_events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.authorizations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    client_id text NOT NULL,
    user_id uuid,
    session_id uuid,
    scopes text[] NOT NULL,
    claims jsonb,
    nonce text,
    acr text,
    amr text[] DEFAULT '{}'::text[] NOT NULL,
    auth_time timestamp with time zone,
    code_digest bytea,
    code_expires_at timestamp with time zone,
    code_used_at timestamp with time zone,
    redirect_uri text,
    code_challenge text,
    code_challenge_method text,
    revoked_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    dpop_jkt text,
    resource text
);

COMMENT ON TABLE public.authorizations IS 'What one completed authorization request stands for: its code, and the family of tokens issued from it';

COMMENT ON COLUMN public.authorizations.user_id IS 'Null for tokens that an app got for itself (RFC 6749 4.4)';

COMMENT ON COLUMN public.authorizations.session_id IS 'The sid; no reference, because tokens outlive the session that they came from';

COMMENT ON COLUMN public.authorizations.expires_at IS 'When the last token of the family has expired and the row may go';

COMMENT ON COLUMN public.authorizations.dpop_jkt IS 'Thumbprint of the key that the code is bound to, and later the tokens (RFC 9449)';

COMMENT ON COLUMN public.authorizations.resource IS 'The API that its access tokens are for (RFC 8707); null for the app itself';

CREATE UNLOGGED TABLE public.ceremonies (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    kind text NOT NULL,
    challenge bytea NOT NULL,
    browser_digest bytea NOT NULL,
    user_id uuid,
    new_user jsonb,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT ceremonies_kind_check CHECK ((kind = ANY (ARRAY['registration'::text, 'authentication'::text])))
);

COMMENT ON COLUMN public.ceremonies.new_user IS 'The account that a registration creates together with its passkey: never one without the other.';

CREATE TABLE public.custom_claims (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid,
    group_id uuid,
    name text NOT NULL,
    value text NOT NULL,
    CONSTRAINT custom_claims_check CHECK ((num_nonnulls(user_id, group_id) = 1)),
    CONSTRAINT custom_claims_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255)))
);

CREATE TABLE public.groups (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    friendly_name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT groups_friendly_name_check CHECK (((char_length(friendly_name) >= 2) AND (char_length(friendly_name) <= 50))),
    CONSTRAINT groups_name_check CHECK (((char_length(name) >= 2) AND (char_length(name) <= 255)))
);

CREATE VIEW public.claims_of_people AS
 SELECT custom_claims.user_id,
    custom_claims.name,
    custom_claims.value,
    NULL::uuid AS group_id,
    NULL::text AS group_name,
    NULL::text AS friendly_name
   FROM public.custom_claims
  WHERE (custom_claims.user_id IS NOT NULL)
UNION ALL
 SELECT group_members.user_id,
    custom_claims.name,
    custom_claims.value,
    groups.id AS group_id,
    groups.name AS group_name,
    groups.friendly_name
   FROM ((public.group_members
     JOIN public.groups ON ((groups.id = group_members.group_id)))
     JOIN public.custom_claims ON ((custom_claims.group_id = groups.id)));

COMMENT ON VIEW public.claims_of_people IS 'The custom claims of each person, their own and those of their groups; the strongest value of a name comes first when ordered by group_name nulls first';

CREATE TABLE public.client_documents (
    client_id text NOT NULL,
    tried_at timestamp with time zone NOT NULL,
    fetched_at timestamp with time zone,
    digest bytea,
    problem text
);

COMMENT ON TABLE public.client_documents IS 'Addresses at which clients describe themselves, asked for lately; the client itself is in clients';

COMMENT ON COLUMN public.client_documents.fetched_at IS 'When the document was last had; null from when it was wrong';

COMMENT ON COLUMN public.client_documents.problem IS 'Why the last try brought nothing, for admins; null when it was good';

CREATE TABLE public.client_keys (
    client_id text NOT NULL,
    keys jsonb[] DEFAULT '{}'::jsonb[] NOT NULL,
    jwks_uri text,
    algorithm text,
    updated_at timestamp with time zone NOT NULL,
    sealed_secret bytea,
    CONSTRAINT client_keys_check CHECK (((jwks_uri IS NULL) OR (keys = '{}'::jsonb[])))
);

COMMENT ON COLUMN public.client_keys.keys IS 'Members of a JWK set, public ones alone';

COMMENT ON COLUMN public.client_keys.algorithm IS 'The only algorithm that the client signs with; null stands for any that is allowed';

COMMENT ON COLUMN public.client_keys.sealed_secret IS 'The secret of client_secret_jwt, sealed under ENCRYPTION_KEY and bound to client_id';

CREATE TABLE public.client_secrets (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    client_id text NOT NULL,
    digest text NOT NULL,
    prefix text NOT NULL,
    expires_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON COLUMN public.client_secrets.digest IS 'sha256:<hex> of a generated secret, or an Argon2id or bcrypt string of a chosen one';

CREATE TABLE public.client_trials (
    state_digest bytea NOT NULL,
    client_id text NOT NULL,
    user_id uuid NOT NULL,
    browser_digest bytea NOT NULL,
    scopes text[] NOT NULL,
    secret_matches boolean,
    expires_at timestamp with time zone NOT NULL
);

COMMENT ON COLUMN public.client_trials.secret_matches IS 'Whether the secret that the admin typed is one of the client''s; null without one';

CREATE TABLE public.consents (
    user_id uuid NOT NULL,
    client_id text NOT NULL,
    scopes text[] NOT NULL,
    granted_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone NOT NULL,
    signed_out_at timestamp with time zone
);

COMMENT ON COLUMN public.consents.signed_out_at IS 'When the app was last told to end all sessions of the person';

CREATE TABLE public.device_codes (
    digest bytea NOT NULL,
    user_code_mac bytea NOT NULL,
    client_id text NOT NULL,
    scopes text[] NOT NULL,
    resource text,
    address inet,
    user_agent text NOT NULL,
    decision text,
    interval_seconds integer NOT NULL,
    polled_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT device_codes_decision_check CHECK ((decision = ANY (ARRAY['approved'::text, 'denied'::text])))
);

COMMENT ON TABLE public.device_codes IS 'What an approval leads to is an authorization whose code is the device code';

COMMENT ON COLUMN public.device_codes.user_code_mac IS 'The code that the person types, under ENCRYPTION_KEY: eight letters are too few for a plain hash';

COMMENT ON COLUMN public.device_codes.interval_seconds IS 'How long the device has to wait between two questions; longer after each that came too early';

CREATE TABLE public.device_logins (
    id uuid NOT NULL,
    browser_digest bytea NOT NULL,
    code_mac bytea NOT NULL,
    interaction_id uuid,
    address inet,
    user_agent text,
    approved_by uuid,
    denied boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT device_logins_check CHECK (((approved_by IS NULL) OR (NOT denied)))
);

COMMENT ON TABLE public.device_logins IS 'Browsers that wait until somebody approves their sign-in on another device';

COMMENT ON COLUMN public.device_logins.code_mac IS 'HMAC of the code; the code follows from the id under ENCRYPTION_KEY, and is stored nowhere';

COMMENT ON COLUMN public.device_logins.interaction_id IS 'The app''s request that the sign-in is for alone; null for a sign-in to the site';

CREATE TABLE public.email_verifications (
    user_id uuid NOT NULL,
    digest bytea NOT NULL,
    email text NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.email_verifications IS 'One a person: a newer link takes the place of the one before';

CREATE TABLE public.federated_identities (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    client_id text NOT NULL,
    issuer text NOT NULL,
    subject text,
    audience text,
    jwks_uri text,
    allows_reuse boolean NOT NULL,
    created_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.federated_identities IS 'Who a client is elsewhere: tokens of these issuers prove that it is the client';

COMMENT ON COLUMN public.federated_identities.subject IS 'Null stands for the client id';

COMMENT ON COLUMN public.federated_identities.audience IS 'Null stands for our issuer';

COMMENT ON COLUMN public.federated_identities.jwks_uri IS 'Null stands for /.well-known/jwks.json of the issuer';

COMMENT ON COLUMN public.federated_identities.allows_reuse IS 'The same token may come again until it has expired';

CREATE TABLE public.fetched_keys (
    address text NOT NULL,
    keys jsonb[] DEFAULT '{}'::jsonb[] NOT NULL,
    tried_at timestamp with time zone NOT NULL,
    fetched_at timestamp with time zone
);

COMMENT ON TABLE public.fetched_keys IS 'JWK sets behind addresses that admins typed in, kept for a short time';

CREATE TABLE public.images (
    subject text NOT NULL,
    subject_id text NOT NULL,
    variant text NOT NULL,
    media_type text NOT NULL,
    content bytea NOT NULL,
    digest text NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT images_subject_check CHECK ((subject = ANY (ARRAY['application'::text, 'client'::text, 'user'::text])))
);

CREATE TABLE public.instance (
    only_row boolean DEFAULT true NOT NULL,
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    key_check bytea,
    setup_reopened_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT instance_only_row_check CHECK (only_row)
);

COMMENT ON TABLE public.instance IS 'One row: what this installation is, whatever process serves it.';

COMMENT ON COLUMN public.instance.key_check IS 'A known text sealed under ENCRYPTION_KEY; a wrong key is found out before anything is written.';

CREATE TABLE public.interactions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    browser_digest bytea NOT NULL,
    client_id text NOT NULL,
    parameters jsonb NOT NULL,
    needs_sign_in_after timestamp with time zone,
    account_chosen boolean DEFAULT false NOT NULL,
    consented_by uuid,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    session_id uuid,
    pushed bytea,
    is_signed boolean DEFAULT false NOT NULL
);

COMMENT ON TABLE public.interactions IS 'An authorization request that waits for its person: sign-in, account choice, consent';

COMMENT ON COLUMN public.interactions.session_id IS 'The session for this app only that goes on with the request, instead of the one of the browser';

COMMENT ON COLUMN public.interactions.pushed IS 'The digest of the pushed request that it began with, which may be gone';

COMMENT ON COLUMN public.interactions.is_signed IS 'Whether the request came signed by its client';

CREATE TABLE public.invitation_groups (
    invitation_id uuid NOT NULL,
    group_id uuid NOT NULL
);

CREATE TABLE public.invitation_imports (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    created_by uuid NOT NULL,
    content bytea,
    days integer NOT NULL,
    client_id text,
    by_mail boolean NOT NULL,
    number integer,
    mailed integer,
    sealed_links bytea,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT invitation_imports_check CHECK (((content IS NULL) = (number IS NOT NULL))),
    CONSTRAINT invitation_imports_check1 CHECK (((number IS NULL) = (sealed_links IS NULL)))
);

COMMENT ON TABLE public.invitation_imports IS 'Uploaded files that wait to be confirmed, then how many were invited and the links to hand over; for an hour each';

COMMENT ON COLUMN public.invitation_imports.sealed_links IS 'A CSV of links, sealed under ENCRYPTION_KEY';

CREATE TABLE public.known_devices (
    user_id uuid NOT NULL,
    browser_digest bytea NOT NULL,
    device text NOT NULL,
    network text NOT NULL,
    last_seen_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.known_devices IS 'Filled only while people are told of sign-ins from new devices';

CREATE UNLOGGED TABLE public.limits (
    key text NOT NULL,
    tokens double precision NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.limits IS 'Token buckets, one for each kind of request and who makes it';

CREATE TABLE public.login_codes (
    browser_digest bytea NOT NULL,
    code_mac bytea NOT NULL,
    user_id uuid,
    guesses_left integer NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT login_codes_guesses_left_check CHECK ((guesses_left >= 0))
);

COMMENT ON TABLE public.login_codes IS 'The code that a browser has asked for by e-mail: one for each browser, the last';

COMMENT ON COLUMN public.login_codes.code_mac IS 'HMAC of the code, which was mailed and is stored nowhere';

COMMENT ON COLUMN public.login_codes.user_id IS 'Null where the address was nobody''s: the browser is answered all the same';

CREATE TABLE public.logouts (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    client_id text NOT NULL,
    user_id uuid,
    subject text NOT NULL,
    session_id uuid,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    given_up_at timestamp with time zone,
    last_attempt_at timestamp with time zone,
    last_reason text,
    last_status integer,
    last_words text,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT logouts_check CHECK ((num_nonnulls(next_attempt_at, confirmed_at, given_up_at) <= 1))
);

COMMENT ON TABLE public.logouts IS 'Apps to be told that somebody has signed out: waiting (next_attempt_at), confirmed, given up, or none of these where the app has no address for it';

COMMENT ON COLUMN public.logouts.subject IS 'The sub that the app knows; it outlives the person';

COMMENT ON COLUMN public.logouts.session_id IS 'The sid that has ended; null stands for all sessions of the person';

CREATE TABLE public.migrations (
    number integer NOT NULL,
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.one_time_access_tokens (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    digest bytea NOT NULL,
    user_id uuid NOT NULL,
    created_by uuid,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.outbox (
    id uuid NOT NULL,
    kind text NOT NULL,
    address text NOT NULL,
    user_id uuid,
    sealed_values bytea,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    last_error text,
    sent_at timestamp with time zone,
    given_up_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT outbox_address_check CHECK (((char_length(address) >= 3) AND (char_length(address) <= 320))),
    CONSTRAINT outbox_check CHECK ((num_nonnulls(next_attempt_at, sent_at, given_up_at) = 1)),
    CONSTRAINT outbox_check1 CHECK (((sealed_values IS NULL) = (sent_at IS NOT NULL)))
);

COMMENT ON TABLE public.outbox IS 'Mails: waiting (next_attempt_at), sent (sent_at) or given up (given_up_at)';

COMMENT ON COLUMN public.outbox.sealed_values IS 'What the views are given, links and codes among it, as JSON sealed under ENCRYPTION_KEY; gone once sent';

CREATE TABLE public.passkeys (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    user_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    name text NOT NULL,
    aaguid uuid,
    attestation_type text DEFAULT 'none'::text NOT NULL,
    transports text[] DEFAULT '{}'::text[] NOT NULL,
    sign_count bigint DEFAULT 0 NOT NULL,
    backup_eligible boolean DEFAULT false NOT NULL,
    backed_up boolean DEFAULT false NOT NULL,
    last_used_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_use_verified boolean,
    CONSTRAINT passkeys_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 50)))
);

COMMENT ON COLUMN public.passkeys.public_key IS 'COSE_Key, WebAuthn 6.5.1.1';

COMMENT ON COLUMN public.passkeys.last_use_verified IS 'Whether the last use proved who it was (PIN, finger, face); null until that is known';

CREATE VIEW public.passkey_holders AS
 SELECT passkeys.user_id,
    count(*) AS number,
    bool_and(passkeys.backup_eligible) AS all_synced,
    (min(COALESCE((passkeys.aaguid)::text, ''::text)) = max(COALESCE((passkeys.aaguid)::text, ''::text))) AS all_alike,
    bool_and((passkeys.last_use_verified IS FALSE)) AS none_verified
   FROM (public.passkeys
     JOIN public.users ON ((users.id = passkeys.user_id)))
  WHERE (NOT users.disabled)
  GROUP BY passkeys.user_id;

COMMENT ON VIEW public.passkey_holders IS 'The passkeys of each person who may sign in: how many, whether all are synced, and all of one kind';

CREATE TABLE public.protected_hosts (
    client_id text NOT NULL,
    host text NOT NULL,
    public_paths text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT protected_hosts_host_check CHECK ((host = lower(host)))
);

COMMENT ON TABLE public.protected_hosts IS 'The client that stands for a site; who may use it is decided as for every client';

COMMENT ON COLUMN public.protected_hosts.host IS 'With the port, where it is not the usual one';

COMMENT ON COLUMN public.protected_hosts.public_paths IS 'Open to everybody; one that ends in a slash stands for all below it';

CREATE TABLE public.protected_sessions (
    digest bytea NOT NULL,
    authorization_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.protected_sessions IS 'What the cookie of a protected host stands for: an authorization, and so a person and their session here';

CREATE TABLE public.pushed_requests (
    digest bytea NOT NULL,
    client_id text NOT NULL,
    parameters jsonb NOT NULL,
    is_signed boolean NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.pushed_requests IS 'Authorization requests that clients left here; a row is gone once a code was issued for it';

CREATE TABLE public.refresh_tokens (
    digest bytea NOT NULL,
    authorization_id uuid NOT NULL,
    rotated_at timestamp with time zone,
    successor bytea,
    expires_at timestamp with time zone NOT NULL
);

COMMENT ON COLUMN public.refresh_tokens.successor IS 'The token that replaced this one, sealed under a key derived from this one, for a retry within the grace window';

CREATE TABLE public.refused_requests (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    client_id text NOT NULL,
    redirect_uri text NOT NULL,
    times integer DEFAULT 1 NOT NULL,
    address inet,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.refused_requests IS 'Redirect URIs that a client asked for without having registered them: the inbox on its page';

CREATE TABLE public.sessions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    digest bytea NOT NULL,
    user_id uuid NOT NULL,
    method text NOT NULL,
    passkey_id uuid,
    authenticated_at timestamp with time zone NOT NULL,
    verified_at timestamp with time zone,
    last_seen_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    address inet,
    user_agent text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    only_client_id text,
    CONSTRAINT sessions_method_check CHECK ((method = ANY (ARRAY['passkey'::text, 'one_time_access'::text, 'device'::text])))
);

COMMENT ON COLUMN public.sessions.id IS 'The sid of ID tokens';

COMMENT ON COLUMN public.sessions.verified_at IS 'When a passkey was last used in this session; null for one begun by a link or code';

COMMENT ON COLUMN public.sessions.only_client_id IS 'The app that the session is for alone: no browser holds its token';

CREATE TABLE public.settings (
    name text NOT NULL,
    value text NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.sign_in_reports (
    digest bytea NOT NULL,
    user_id uuid NOT NULL,
    session_id uuid NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

COMMENT ON COLUMN public.sign_in_reports.session_id IS 'No reference: what apps got outlives the session';

CREATE TABLE public.sign_up_link_groups (
    link_id uuid NOT NULL,
    group_id uuid NOT NULL
);

CREATE TABLE public.sign_up_links (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    digest bytea NOT NULL,
    most_uses integer NOT NULL,
    uses integer DEFAULT 0 NOT NULL,
    created_by uuid,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sign_up_links_check CHECK (((uses >= 0) AND (uses <= most_uses))),
    CONSTRAINT sign_up_links_most_uses_check CHECK (((most_uses >= 1) AND (most_uses <= 100)))
);

CREATE TABLE public.sign_up_watches (
    browser_digest bytea NOT NULL,
    user_id uuid,
    reason text DEFAULT ''::text NOT NULL,
    redirect text NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.sign_up_watches IS 'What a browser is told of the account that waits: the person is gone when it was refused, with the reason';

CREATE TABLE public.signing_keys (
    kid text NOT NULL,
    algorithm text NOT NULL,
    public_jwk jsonb NOT NULL,
    sealed_private_jwk bytea NOT NULL,
    active_from timestamp with time zone NOT NULL,
    retired_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    published_until timestamp with time zone,
    CONSTRAINT signing_keys_algorithm_check CHECK ((algorithm = ANY (ARRAY['RS256'::text, 'PS256'::text, 'ES256'::text, 'EdDSA'::text])))
);

COMMENT ON COLUMN public.signing_keys.active_from IS 'It signs from then on; it is published before';

COMMENT ON COLUMN public.signing_keys.retired_at IS 'When the next key takes over';

COMMENT ON COLUMN public.signing_keys.published_until IS 'When its last token expires; null until that is known';

CREATE VIEW public.subjects AS
 SELECT id AS user_id,
    jsonb_build_object('id', id, 'username', username, 'first_name', first_name, 'last_name', last_name, 'display_name', display_name, 'email', email, 'email_verified', email_verified, 'locale', locale, 'disabled', disabled, 'updated_at', updated_at, 'groups', ARRAY( SELECT groups.name
           FROM (public.group_members
             JOIN public.groups ON ((groups.id = group_members.group_id)))
          WHERE (group_members.user_id = users.id)
          ORDER BY groups.name), 'custom_claims', ( SELECT COALESCE(jsonb_object_agg(claim.name, claim.texts), '{}'::jsonb) AS "coalesce"
           FROM ( SELECT claims_of_people.name,
                    jsonb_agg(claims_of_people.value ORDER BY claims_of_people.group_name NULLS FIRST) AS texts
                   FROM public.claims_of_people
                  WHERE (claims_of_people.user_id = users.id)
                  GROUP BY claims_of_people.name) claim)) AS subject
   FROM public.users;

COMMENT ON VIEW public.subjects IS 'A person as apps may learn of them: the row, the groups, and the values of each custom claim, the strongest first';

CREATE TABLE public.used_jtis (
    digest bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

COMMENT ON TABLE public.used_jtis IS 'Tokens of others that were accepted once and must not be again';

CREATE VIEW public.user_states AS
 SELECT users.id AS user_id,
    'admin'::text AS state
   FROM public.users
  WHERE users.is_admin
UNION ALL
 SELECT users.id AS user_id,
    'disabled'::text AS state
   FROM public.users
  WHERE users.disabled
UNION ALL
 SELECT users.id AS user_id,
    'never_signed_in'::text AS state
   FROM public.users
  WHERE (users.last_sign_in_at IS NULL)
UNION ALL
 SELECT users.id AS user_id,
    'unverified'::text AS state
   FROM public.users
  WHERE ((users.email IS NOT NULL) AND (NOT users.email_verified))
UNION ALL
 SELECT users.id AS user_id,
    'no_passkey'::text AS state
   FROM public.users
  WHERE ((NOT users.disabled) AND (NOT (EXISTS ( SELECT
           FROM public.passkeys
          WHERE (passkeys.user_id = users.id)))))
UNION ALL
 SELECT passkey_holders.user_id,
    'one_passkey'::text AS state
   FROM public.passkey_holders
  WHERE (passkey_holders.number = 1)
UNION ALL
 SELECT passkey_holders.user_id,
    'one_device'::text AS state
   FROM public.passkey_holders
  WHERE ((passkey_holders.number = 1) AND (NOT passkey_holders.all_synced))
UNION ALL
 SELECT passkey_holders.user_id,
    'one_provider'::text AS state
   FROM public.passkey_holders
  WHERE ((passkey_holders.number > 1) AND passkey_holders.all_synced AND passkey_holders.all_alike)
UNION ALL
 SELECT passkey_holders.user_id,
    'only_synced'::text AS state
   FROM public.passkey_holders
  WHERE passkey_holders.all_synced
UNION ALL
 SELECT passkey_holders.user_id,
    'none_verified'::text AS state
   FROM public.passkey_holders
  WHERE passkey_holders.none_verified;

COMMENT ON VIEW public.user_states IS 'What a list of people can be limited to; those of passkeys are of people who may sign in';

ALTER TABLE ONLY public.access_tokens
    ADD CONSTRAINT access_tokens_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.api_grant_permissions
    ADD CONSTRAINT api_grant_permissions_pkey PRIMARY KEY (api_id, client_id, way, permission_id);

ALTER TABLE ONLY public.api_grants
    ADD CONSTRAINT api_grants_pkey PRIMARY KEY (api_id, client_id, way);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_digest_key UNIQUE (digest);

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_permissions
    ADD CONSTRAINT api_permissions_api_id_id_key UNIQUE (api_id, id);

ALTER TABLE ONLY public.api_permissions
    ADD CONSTRAINT api_permissions_key UNIQUE (api_id, key);

ALTER TABLE ONLY public.api_permissions
    ADD CONSTRAINT api_permissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.apis
    ADD CONSTRAINT apis_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.authorizations
    ADD CONSTRAINT authorizations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ceremonies
    ADD CONSTRAINT ceremonies_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.client_documents
    ADD CONSTRAINT client_documents_pkey PRIMARY KEY (client_id);

ALTER TABLE ONLY public.client_groups
    ADD CONSTRAINT client_groups_pkey PRIMARY KEY (client_id, group_id);

ALTER TABLE ONLY public.client_keys
    ADD CONSTRAINT client_keys_pkey PRIMARY KEY (client_id);

ALTER TABLE ONLY public.client_secrets
    ADD CONSTRAINT client_secrets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.client_trials
    ADD CONSTRAINT client_trials_pkey PRIMARY KEY (state_digest);

ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_pkey PRIMARY KEY (user_id, client_id);

ALTER TABLE ONLY public.custom_claims
    ADD CONSTRAINT custom_claims_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.device_codes
    ADD CONSTRAINT device_codes_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.device_codes
    ADD CONSTRAINT device_codes_user_code_mac_key UNIQUE (user_code_mac);

ALTER TABLE ONLY public.device_logins
    ADD CONSTRAINT device_logins_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.email_verifications
    ADD CONSTRAINT email_verifications_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY public.federated_identities
    ADD CONSTRAINT federated_identities_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.fetched_keys
    ADD CONSTRAINT fetched_keys_pkey PRIMARY KEY (address);

ALTER TABLE ONLY public.group_members
    ADD CONSTRAINT group_members_pkey PRIMARY KEY (group_id, user_id);

ALTER TABLE ONLY public.groups
    ADD CONSTRAINT groups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.images
    ADD CONSTRAINT images_pkey PRIMARY KEY (subject, subject_id, variant);

ALTER TABLE ONLY public.instance
    ADD CONSTRAINT instance_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY public.interactions
    ADD CONSTRAINT interactions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.invitation_groups
    ADD CONSTRAINT invitation_groups_pkey PRIMARY KEY (invitation_id, group_id);

ALTER TABLE ONLY public.invitation_imports
    ADD CONSTRAINT invitation_imports_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.known_devices
    ADD CONSTRAINT known_devices_pkey PRIMARY KEY (user_id, browser_digest);

ALTER TABLE ONLY public.limits
    ADD CONSTRAINT limits_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.login_codes
    ADD CONSTRAINT login_codes_pkey PRIMARY KEY (browser_digest);

ALTER TABLE ONLY public.logouts
    ADD CONSTRAINT logouts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.migrations
    ADD CONSTRAINT migrations_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.one_time_access_tokens
    ADD CONSTRAINT one_time_access_tokens_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.protected_hosts
    ADD CONSTRAINT protected_hosts_host_key UNIQUE (host);

ALTER TABLE ONLY public.protected_hosts
    ADD CONSTRAINT protected_hosts_pkey PRIMARY KEY (client_id);

ALTER TABLE ONLY public.protected_sessions
    ADD CONSTRAINT protected_sessions_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.pushed_requests
    ADD CONSTRAINT pushed_requests_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.refused_requests
    ADD CONSTRAINT refused_requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.sign_in_reports
    ADD CONSTRAINT sign_in_reports_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.sign_up_link_groups
    ADD CONSTRAINT sign_up_link_groups_pkey PRIMARY KEY (link_id, group_id);

ALTER TABLE ONLY public.sign_up_links
    ADD CONSTRAINT sign_up_links_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sign_up_watches
    ADD CONSTRAINT sign_up_watches_pkey PRIMARY KEY (browser_digest);

ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (kid);

ALTER TABLE ONLY public.used_jtis
    ADD CONSTRAINT used_jtis_pkey PRIMARY KEY (digest);

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

CREATE INDEX access_tokens_authorization_id ON public.access_tokens USING btree (authorization_id);

CREATE INDEX access_tokens_expires_at ON public.access_tokens USING btree (expires_at);

CREATE INDEX api_grants_client_id ON public.api_grants USING btree (client_id);

CREATE INDEX api_keys_unwarned ON public.api_keys USING btree (expires_at) WHERE (warned_at IS NULL);

CREATE INDEX api_keys_user_id ON public.api_keys USING btree (user_id, created_at DESC);

CREATE INDEX apis_client_id ON public.apis USING btree (client_id);

CREATE UNIQUE INDEX apis_resource ON public.apis USING btree (rtrim(resource, '/'::text));

CREATE INDEX audit_events_actor_id ON public.audit_events USING btree (actor_id, at, id) WHERE (actor_id IS DISTINCT FROM user_id);

CREATE INDEX audit_events_address ON public.audit_events USING btree (address, at, id) WHERE (address IS NOT NULL);

CREATE INDEX audit_events_at ON public.audit_events USING btree (at, id);

CREATE INDEX audit_events_client_id ON public.audit_events USING btree (client_id, at, id) WHERE (client_id IS NOT NULL);

CREATE INDEX audit_events_event ON public.audit_events USING btree (event, at, id);

CREATE INDEX audit_events_external ON public.audit_events USING btree (at, id) WHERE (NOT is_internal);

CREATE INDEX audit_events_internal ON public.audit_events USING btree (at, id) WHERE is_internal;

CREATE INDEX audit_events_user_id ON public.audit_events USING btree (user_id, at, id) WHERE (user_id IS NOT NULL);

CREATE INDEX authorizations_client_id ON public.authorizations USING btree (client_id);

CREATE UNIQUE INDEX authorizations_code_key ON public.authorizations USING btree (code_digest);

CREATE INDEX authorizations_expires_at ON public.authorizations USING btree (expires_at);

CREATE INDEX authorizations_session_id ON public.authorizations USING btree (session_id);

CREATE INDEX authorizations_user_id ON public.authorizations USING btree (user_id, client_id);

CREATE UNIQUE INDEX ceremonies_challenge_key ON public.ceremonies USING btree (challenge);

CREATE INDEX ceremonies_expires_at ON public.ceremonies USING btree (expires_at);

CREATE INDEX client_groups_group_id ON public.client_groups USING btree (group_id);

CREATE INDEX client_secrets_client_id ON public.client_secrets USING btree (client_id);

CREATE INDEX client_trials_client_id ON public.client_trials USING btree (client_id);

CREATE INDEX client_trials_user_id ON public.client_trials USING btree (user_id);

CREATE INDEX consents_client_id ON public.consents USING btree (client_id);

CREATE UNIQUE INDEX custom_claims_group_key ON public.custom_claims USING btree (group_id, name) WHERE (group_id IS NOT NULL);

CREATE UNIQUE INDEX custom_claims_user_key ON public.custom_claims USING btree (user_id, name) WHERE (user_id IS NOT NULL);

CREATE INDEX device_codes_client_id ON public.device_codes USING btree (client_id);

CREATE INDEX device_codes_expires_at ON public.device_codes USING btree (expires_at);

CREATE INDEX device_logins_approved_by ON public.device_logins USING btree (approved_by);

CREATE UNIQUE INDEX device_logins_code_key ON public.device_logins USING btree (code_mac);

CREATE INDEX device_logins_expires_at ON public.device_logins USING btree (expires_at);

CREATE INDEX device_logins_interaction_id ON public.device_logins USING btree (interaction_id);

CREATE UNIQUE INDEX email_verifications_digest_key ON public.email_verifications USING btree (digest);

CREATE INDEX email_verifications_expires_at ON public.email_verifications USING btree (expires_at);

CREATE INDEX federated_identities_client_id ON public.federated_identities USING btree (client_id);

CREATE INDEX group_members_user_id ON public.group_members USING btree (user_id);

CREATE UNIQUE INDEX groups_name_key ON public.groups USING btree (lower(name));

CREATE INDEX interactions_expires_at ON public.interactions USING btree (expires_at);

CREATE INDEX interactions_session_id ON public.interactions USING btree (session_id);

CREATE INDEX invitation_groups_group_id ON public.invitation_groups USING btree (group_id);

CREATE INDEX invitation_imports_client_id ON public.invitation_imports USING btree (client_id);

CREATE INDEX invitation_imports_created_by ON public.invitation_imports USING btree (created_by);

CREATE INDEX invitation_imports_expires_at ON public.invitation_imports USING btree (expires_at);

CREATE INDEX invitations_client_id ON public.invitations USING btree (client_id);

CREATE INDEX invitations_created_at ON public.invitations USING btree (created_at, id);

CREATE INDEX invitations_created_by ON public.invitations USING btree (created_by);

CREATE UNIQUE INDEX invitations_digest_key ON public.invitations USING btree (digest);

CREATE UNIQUE INDEX invitations_email_key ON public.invitations USING btree (lower(email)) WHERE ((accepted_at IS NULL) AND (withdrawn_at IS NULL));

CREATE INDEX invitations_mail_id ON public.invitations USING btree (mail_id);

CREATE UNIQUE INDEX invitations_skeleton_key ON public.invitations USING btree (public.username_skeleton(username)) WHERE ((accepted_at IS NULL) AND (withdrawn_at IS NULL));

CREATE UNIQUE INDEX invitations_user_id_key ON public.invitations USING btree (user_id);

CREATE UNIQUE INDEX invitations_username_key ON public.invitations USING btree (lower(username)) WHERE ((accepted_at IS NULL) AND (withdrawn_at IS NULL));

CREATE INDEX known_devices_last_seen_at ON public.known_devices USING btree (last_seen_at);

CREATE INDEX limits_updated_at ON public.limits USING btree (updated_at);

CREATE INDEX login_codes_expires_at ON public.login_codes USING btree (expires_at);

CREATE INDEX login_codes_user_id ON public.login_codes USING btree (user_id);

CREATE INDEX logouts_client_id ON public.logouts USING btree (client_id, created_at);

CREATE INDEX logouts_created_at ON public.logouts USING btree (created_at);

CREATE INDEX logouts_next_attempt_at ON public.logouts USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

CREATE INDEX logouts_session_id ON public.logouts USING btree (session_id);

CREATE INDEX logouts_user_id ON public.logouts USING btree (user_id, created_at);

CREATE UNIQUE INDEX one_time_access_tokens_digest_key ON public.one_time_access_tokens USING btree (digest);

CREATE INDEX one_time_access_tokens_user_id ON public.one_time_access_tokens USING btree (user_id);

CREATE INDEX outbox_next_attempt_at ON public.outbox USING btree (next_attempt_at) WHERE (next_attempt_at IS NOT NULL);

CREATE INDEX outbox_user_id ON public.outbox USING btree (user_id);

CREATE UNIQUE INDEX passkeys_credential_id_key ON public.passkeys USING btree (credential_id);

CREATE INDEX passkeys_user_id ON public.passkeys USING btree (user_id);

CREATE INDEX protected_sessions_authorization_id ON public.protected_sessions USING btree (authorization_id);

CREATE INDEX pushed_requests_client_id ON public.pushed_requests USING btree (client_id);

CREATE INDEX pushed_requests_expires_at ON public.pushed_requests USING btree (expires_at);

CREATE INDEX refresh_tokens_authorization_id ON public.refresh_tokens USING btree (authorization_id);

CREATE INDEX refresh_tokens_expires_at ON public.refresh_tokens USING btree (expires_at);

CREATE UNIQUE INDEX refused_requests_key ON public.refused_requests USING btree (client_id, md5(redirect_uri));

CREATE UNIQUE INDEX sessions_digest_key ON public.sessions USING btree (digest);

CREATE INDEX sessions_expires_at ON public.sessions USING btree (expires_at);

CREATE INDEX sessions_only_client_id ON public.sessions USING btree (only_client_id);

CREATE INDEX sessions_user_id ON public.sessions USING btree (user_id);

CREATE INDEX sign_in_reports_expires_at ON public.sign_in_reports USING btree (expires_at);

CREATE INDEX sign_in_reports_user_id ON public.sign_in_reports USING btree (user_id);

CREATE INDEX sign_up_link_groups_group_id ON public.sign_up_link_groups USING btree (group_id);

CREATE UNIQUE INDEX sign_up_links_digest_key ON public.sign_up_links USING btree (digest);

CREATE INDEX sign_up_links_expires_at ON public.sign_up_links USING btree (expires_at);

CREATE INDEX sign_up_watches_expires_at ON public.sign_up_watches USING btree (expires_at);

CREATE INDEX sign_up_watches_user_id ON public.sign_up_watches USING btree (user_id);

CREATE INDEX used_jtis_expires_at ON public.used_jtis USING btree (expires_at);

CREATE INDEX users_created_at ON public.users USING btree (created_at, id);

CREATE UNIQUE INDEX users_email_key ON public.users USING btree (lower(email));

CREATE UNIQUE INDEX users_skeleton_key ON public.users USING btree (public.username_skeleton(username)) WHERE (NOT resembles_another);

CREATE UNIQUE INDEX users_username_key ON public.users USING btree (lower(username));

CREATE INDEX users_waiting_since ON public.users USING btree (waiting_since) WHERE (waiting_since IS NOT NULL);

CREATE TRIGGER client_secrets_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.client_secrets FOR EACH STATEMENT EXECUTE FUNCTION public.tell_of_change();

CREATE TRIGGER clients_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.clients FOR EACH STATEMENT EXECUTE FUNCTION public.tell_of_change();

CREATE TRIGGER logouts_changed AFTER INSERT ON public.logouts FOR EACH STATEMENT EXECUTE FUNCTION public.tell_of_change();

CREATE TRIGGER outbox_changed AFTER INSERT OR DELETE OR UPDATE OF given_up_at ON public.outbox FOR EACH STATEMENT EXECUTE FUNCTION public.tell_of_change();

CREATE TRIGGER own_images_changed AFTER INSERT OR UPDATE ON public.images FOR EACH ROW WHEN ((new.subject = 'application'::text)) EXECUTE FUNCTION public.tell_of_change();

CREATE TRIGGER own_images_deleted AFTER DELETE ON public.images FOR EACH ROW WHEN ((old.subject = 'application'::text)) EXECUTE FUNCTION public.tell_of_change();

CREATE TRIGGER settings_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.settings FOR EACH STATEMENT EXECUTE FUNCTION public.tell_of_change();

CREATE TRIGGER signing_keys_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.signing_keys FOR EACH STATEMENT EXECUTE FUNCTION public.tell_of_change();

CREATE TRIGGER users_last_admin_delete BEFORE DELETE ON public.users FOR EACH ROW WHEN ((old.is_admin AND (NOT old.disabled))) EXECUTE FUNCTION public.keep_an_admin();

CREATE TRIGGER users_last_admin_update BEFORE UPDATE OF is_admin, disabled ON public.users FOR EACH ROW WHEN ((old.is_admin AND (NOT old.disabled) AND ((NOT new.is_admin) OR new.disabled))) EXECUTE FUNCTION public.keep_an_admin();

ALTER TABLE ONLY public.access_tokens
    ADD CONSTRAINT access_tokens_authorization_id_fkey FOREIGN KEY (authorization_id) REFERENCES public.authorizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_grant_permissions
    ADD CONSTRAINT api_grant_permissions_api_id_client_id_way_fkey FOREIGN KEY (api_id, client_id, way) REFERENCES public.api_grants(api_id, client_id, way) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_grant_permissions
    ADD CONSTRAINT api_grant_permissions_api_id_permission_id_fkey FOREIGN KEY (api_id, permission_id) REFERENCES public.api_permissions(api_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_grants
    ADD CONSTRAINT api_grants_api_id_fkey FOREIGN KEY (api_id) REFERENCES public.apis(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_grants
    ADD CONSTRAINT api_grants_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.api_permissions
    ADD CONSTRAINT api_permissions_api_id_fkey FOREIGN KEY (api_id) REFERENCES public.apis(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.apis
    ADD CONSTRAINT apis_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.authorizations
    ADD CONSTRAINT authorizations_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.authorizations
    ADD CONSTRAINT authorizations_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.ceremonies
    ADD CONSTRAINT ceremonies_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.client_groups
    ADD CONSTRAINT client_groups_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.client_groups
    ADD CONSTRAINT client_groups_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.groups(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.client_keys
    ADD CONSTRAINT client_keys_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.client_secrets
    ADD CONSTRAINT client_secrets_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.client_trials
    ADD CONSTRAINT client_trials_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.client_trials
    ADD CONSTRAINT client_trials_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.custom_claims
    ADD CONSTRAINT custom_claims_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.groups(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.custom_claims
    ADD CONSTRAINT custom_claims_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.device_codes
    ADD CONSTRAINT device_codes_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.device_logins
    ADD CONSTRAINT device_logins_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.device_logins
    ADD CONSTRAINT device_logins_interaction_id_fkey FOREIGN KEY (interaction_id) REFERENCES public.interactions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.email_verifications
    ADD CONSTRAINT email_verifications_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.federated_identities
    ADD CONSTRAINT federated_identities_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.group_members
    ADD CONSTRAINT group_members_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.groups(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.group_members
    ADD CONSTRAINT group_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.interactions
    ADD CONSTRAINT interactions_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.interactions
    ADD CONSTRAINT interactions_consented_by_fkey FOREIGN KEY (consented_by) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.interactions
    ADD CONSTRAINT interactions_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invitation_groups
    ADD CONSTRAINT invitation_groups_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.groups(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invitation_groups
    ADD CONSTRAINT invitation_groups_invitation_id_fkey FOREIGN KEY (invitation_id) REFERENCES public.invitations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invitation_imports
    ADD CONSTRAINT invitation_imports_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.invitation_imports
    ADD CONSTRAINT invitation_imports_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_mail_id_fkey FOREIGN KEY (mail_id) REFERENCES public.outbox(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.known_devices
    ADD CONSTRAINT known_devices_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.login_codes
    ADD CONSTRAINT login_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.logouts
    ADD CONSTRAINT logouts_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.logouts
    ADD CONSTRAINT logouts_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.one_time_access_tokens
    ADD CONSTRAINT one_time_access_tokens_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.one_time_access_tokens
    ADD CONSTRAINT one_time_access_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.protected_hosts
    ADD CONSTRAINT protected_hosts_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.protected_sessions
    ADD CONSTRAINT protected_sessions_authorization_id_fkey FOREIGN KEY (authorization_id) REFERENCES public.authorizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.pushed_requests
    ADD CONSTRAINT pushed_requests_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_authorization_id_fkey FOREIGN KEY (authorization_id) REFERENCES public.authorizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.refused_requests
    ADD CONSTRAINT refused_requests_client_id_fkey FOREIGN KEY (client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_only_client_id_fkey FOREIGN KEY (only_client_id) REFERENCES public.clients(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_passkey_id_fkey FOREIGN KEY (passkey_id) REFERENCES public.passkeys(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sign_in_reports
    ADD CONSTRAINT sign_in_reports_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sign_up_link_groups
    ADD CONSTRAINT sign_up_link_groups_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.groups(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sign_up_link_groups
    ADD CONSTRAINT sign_up_link_groups_link_id_fkey FOREIGN KEY (link_id) REFERENCES public.sign_up_links(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.sign_up_links
    ADD CONSTRAINT sign_up_links_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.users(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.sign_up_watches
    ADD CONSTRAINT sign_up_watches_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.users(id) ON DELETE SET NULL;
