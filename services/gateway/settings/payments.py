"""The portal's payment platform: as whom it is called, where the money goes."""

from pydantic import Field, SecretStr

from kernel.settings import KernelSettings
from services.gateway.domain.portal.payments.messages import PaymentAccount
from services.gateway.settings.samples import samples_among

SAMPLE_SECRET = "khoa-thanh-toan-thu-nghiem"  # noqa: S105 - the simulator's, refused in production.


class PaymentPart(KernelSettings):
    """Payments online; without an address there are none."""

    payment_url: str = Field(
        default="", description="the portal's payment platform; empty: no online payment"
    )
    payment_list_url: str = Field(default="", description="its list of a day; empty: not reconciled here")
    payment_partner: str = Field(default="H99", description="our code on the platform (MaDoiTac)")
    payment_secret: SecretStr = SecretStr(SAMPLE_SECRET)
    payment_result_type: str = Field(default="RESULT", description="LoaiBanTin of the platform's results")
    payment_result_path: str = Field(default="nhanketquathanhtoan", description="behind the adapter's prefix")
    payment_bill_path: str = Field(default="tracuuthanhtoan", description="behind the adapter's prefix")
    payment_ip: str = Field(default="127.0.0.1", description="our address as the platform is told it")
    payment_account_number: str = Field(default="", description="account the money goes to")
    payment_bank_code: str = ""
    payment_account_name: str = ""

    def payment_account(self) -> PaymentAccount:
        """Return as whom the payment platform is called."""
        return PaymentAccount(
            partner=self.payment_partner,
            secret=self.payment_secret.get_secret_value(),
            result_type=self.payment_result_type,
            ip=self.payment_ip,
            account_number=self.payment_account_number,
            bank_code=self.payment_bank_code,
            account_name=self.payment_account_name,
        )

    def unsafe(self) -> list[tuple[str, str]]:
        """Add the sample of the simulator."""
        samples = {"payment_secret": SAMPLE_SECRET}
        return super().unsafe() + (samples_among(self, samples) if self.payment_url else [])
