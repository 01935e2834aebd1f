"""What an owner is told that reaches nothing: no Kafka, no database."""

from services.runtime.tokens import new_keys

DEMO_PRIVATE, DEMO_PUBLIC = new_keys("demo-key")
COMMON = {
    "kafka": "127.0.0.1:1",
    "http_port": 1,
    "database": "postgresql://nobody@127.0.0.1:1/nothing",
    "token_public_keys": DEMO_PUBLIC,
    "allowed_origins": "http://localhost:1",
}
