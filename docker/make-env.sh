#!/bin/sh
# Makes the two env files of docker-compose.yml, each with only what its container needs. Git ignores them.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p database gateway
for file in database/.env gateway/.env; do
  # The passwords are set when the volume is made: new ones would lock the gateway out.
  [ ! -e "$file" ] || { echo "docker/$file is there already." >&2; exit 1; }
done

owner_password=$(openssl rand -hex 24)
password=$(openssl rand -hex 24)
root_key="gh_root_$(openssl rand -hex 32)"
fingerprint_key=$(openssl rand -base64 32)
audit_key=$(openssl rand -base64 32)

cat >database/.env <<END
POSTGRES_PASSWORD=$(openssl rand -hex 24)
GATEHOUSE_OWNER_PASSWORD=$owner_password
GATEHOUSE_PASSWORD=$password
END

cat >gateway/.env <<END
DATABASE_URL=postgresql://gatehouse:$password@database:5432/gatehouse
DATABASE_OWNER_URL=postgresql://gatehouse_owner:$owner_password@database:5432/gatehouse
GATEHOUSE_ROOT_KEY=$root_key
GATEHOUSE_FINGERPRINT_KEY=$fingerprint_key
GATEHOUSE_AUDIT_KEY=$audit_key
# The sandbox's secrets open nothing. For real ones: GATEHOUSE_PROVIDER=openai and OPENAI_API_KEY.
GATEHOUSE_PROVIDER=sandbox
END

echo 'Wrote docker/database/.env and docker/gateway/.env. The key to ask with is GATEHOUSE_ROOT_KEY.'
