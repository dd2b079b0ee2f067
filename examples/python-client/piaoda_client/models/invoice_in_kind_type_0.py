from enum import StrEnum


class InvoiceInKindType0(StrEnum):
    AIR_ITINERARY = "air_itinerary"
    BLOCKCHAIN = "blockchain"
    DIGITAL_MOTOR_VEHICLE = "digital_motor_vehicle"
    DIGITAL_ORDINARY = "digital_ordinary"
    DIGITAL_PAPER_ORDINARY = "digital_paper_ordinary"
    DIGITAL_PAPER_SPECIAL = "digital_paper_special"
    DIGITAL_SPECIAL = "digital_special"
    DIGITAL_USED_VEHICLE = "digital_used_vehicle"
    FOREIGN = "foreign"
    GENERAL_ELECTRONIC = "general_electronic"
    MOTOR_VEHICLE = "motor_vehicle"
    RAILWAY_TICKET = "railway_ticket"
    TOLL_ELECTRONIC = "toll_electronic"
    USED_VEHICLE = "used_vehicle"
    VAT_ORDINARY = "vat_ordinary"
    VAT_ORDINARY_ELECTRONIC = "vat_ordinary_electronic"
    VAT_ROLL = "vat_roll"
    VAT_SPECIAL = "vat_special"
    VAT_SPECIAL_ELECTRONIC = "vat_special_electronic"

    def __str__(self) -> str:
        return str(self.value)
