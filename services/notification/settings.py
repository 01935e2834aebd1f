"""What `notification` is told by its environment beside what every owner is told."""

from typing import Annotated, Final

from pydantic import Field, ValidationInfo, field_validator

from schemas.push import ALL_BROWSERS, Hosts, hosts_in
from services.notification.carrier import Account
from services.notification.simulated.pushes import PLAYED
from services.notification.web_push import Sender
from services.runtime.origins import Origins
from services.runtime.push_keys import push_private_key
from services.runtime.settings import Address, Mode, NoAddress, OwnerSettings, WebSettings

Said = Annotated[str, Field(validate_default=True)]

SIMULATED: Final = "simulated"


class NotificationSettings(OwnerSettings, WebSettings):
    """Where the keys of contacts are had, and which telephone there is.

    `telephone_url`: the provider's address without a path; empty in a demonstration means a simulated one in
    this process, and in a real platform none. `telephone_token` also signs what the provider tells us.
    `telephone_callback`: the address, without a path, under which the provider reaches this platform; where
    people go, if nothing else is said and that is over TLS.

    `push_key`: with which push services know us; empty means that nothing is pushed. `push_contact`: an
    address (mailto: or https:) where they find whoever runs this; where people go, if nothing else is said.
    `push_hosts`: where push messages may go at all; empty means nowhere.
    """

    contact_keys_url: Address
    internal_token: Annotated[str, Field(min_length=32)]
    telephone_url: NoAddress = ""
    telephone_account: Said = ""
    telephone_token: Said = ""
    telephone_caller: Said = ""
    telephone_callback: Annotated[NoAddress, Field(validate_default=True)] = ""
    push_key: str = ""
    push_contact: Annotated[str, Field(pattern=r"^((mailto:|https://)\S+)?$")] = ""
    push_hosts: Hosts = ALL_BROWSERS

    @field_validator("push_key")
    @classmethod
    def _a_key(cls, value: str) -> str:
        if value:
            push_private_key(value)
        return value

    @field_validator("telephone_account", "telephone_token", "telephone_caller")
    @classmethod
    def _with_a_provider(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("telephone_url") and not value:
            raise ValueError("beside NOABER_TELEPHONE_URL it takes what the provider gave")
        return value

    @field_validator("telephone_callback")
    @classmethod
    def _reached(cls, value: str, info: ValidationInfo) -> str:
        if value or not info.data.get("telephone_url"):
            return value
        origins = Origins.of(info.data.get("allowed_origins", ""))
        if not origins.secure:
            raise ValueError(
                "beside NOABER_TELEPHONE_URL it takes the address at which the provider finds us"
            )
        return origins.patterns[0]

    @property
    def simulates(self) -> bool:
        """Whether this process plays the telephone too: never for people who are not made up."""
        return self.mode is Mode.DEMO and not self.telephone_url

    def account(self, token: str) -> Account | None:
        """The account at the provider, or None where there is none; `token`: of a simulated telephone."""
        own = f"http://127.0.0.1:{self.http_port}"
        if self.simulates:
            return Account(own, SIMULATED, token, "+31000000000", own)
        if not self.telephone_url:
            return None
        return Account(
            self.telephone_url.rstrip("/"),
            self.telephone_account,
            self.telephone_token,
            self.telephone_caller,
            self.telephone_callback.rstrip("/"),
        )

    def sender(self) -> Sender | None:
        """Who pushes, or None where there is no key; a demonstration plays the push services as well."""
        if not (self.push_key and self.push_hosts):
            return None
        return Sender(
            push_private_key(self.push_key),
            self.push_contact or self.origins.patterns[0],
            hosts_in(self.push_hosts),
            f"http://127.0.0.1:{self.http_port}{PLAYED}" if self.simulates else "",
        )
