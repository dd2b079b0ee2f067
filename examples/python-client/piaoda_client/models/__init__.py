"""Contains all the data models used in inputs/outputs"""

from .accepted_out import AcceptedOut
from .account_out import AccountOut
from .account_stats_out import AccountStatsOut
from .accounts_out import AccountsOut
from .acknowledge_in import AcknowledgeIn
from .acknowledge_incident_in import AcknowledgeIncidentIn
from .acknowledged_out import AcknowledgedOut
from .affected_seller_out import AffectedSellerOut
from .amount_in import AmountIn
from .amount_out import AmountOut
from .attempt_out import AttemptOut
from .batch_out import BatchOut
from .breaker_out import BreakerOut
from .buyer_in import BuyerIn
from .calls_out import CallsOut
from .cause import Cause
from .check_entry_out import CheckEntryOut
from .check_out import CheckOut
from .cloud_event import CloudEvent
from .counts_out import CountsOut
from .deliveries_out import DeliveriesOut
from .delivery_detail_out import DeliveryDetailOut
from .delivery_detail_out_state import DeliveryDetailOutState
from .delivery_entry_out import DeliveryEntryOut
from .delivery_entry_out_state import DeliveryEntryOutState
from .delivery_out import DeliveryOut
from .delivery_out_state import DeliveryOutState
from .diagnosis import Diagnosis
from .diagnosis_out import DiagnosisOut
from .difference_out import DifferenceOut
from .disabled_webhook_out import DisabledWebhookOut
from .error_out import ErrorOut
from .failure import Failure
from .feed_out import FeedOut
from .gravest_invoice_out import GravestInvoiceOut
from .handle_in import HandleIn
from .handle_out import HandleOut
from .health_out import HealthOut
from .history_out import HistoryOut
from .incident_event_data_out import IncidentEventDataOut
from .incident_event_out import IncidentEventOut
from .incident_event_out_type import IncidentEventOutType
from .incident_in_full_out import IncidentInFullOut
from .incident_message_out import IncidentMessageOut
from .incident_message_out_type import IncidentMessageOutType
from .incident_out import IncidentOut
from .incident_state import IncidentState
from .incidents_out import IncidentsOut
from .invoice_event_data_out import InvoiceEventDataOut
from .invoice_event_out import InvoiceEventOut
from .invoice_event_out_type import InvoiceEventOutType
from .invoice_in import InvoiceIn
from .invoice_in_kind_type_0 import InvoiceInKindType0
from .invoice_in_labels_type_0 import InvoiceInLabelsType0
from .invoice_message_out import InvoiceMessageOut
from .invoice_message_out_type import InvoiceMessageOutType
from .invoice_out import InvoiceOut
from .invoice_out_labels import InvoiceOutLabels
from .invoices_out import InvoicesOut
from .item_out import ItemOut
from .kind import Kind
from .links_out import LinksOut
from .list_deliveries_state import ListDeliveriesState
from .list_deliveries_type import ListDeliveriesType
from .list_invoices_kind_item import ListInvoicesKindItem
from .list_invoices_sort import ListInvoicesSort
from .list_maintenance_state_item import ListMaintenanceStateItem
from .list_silences_state_item import ListSilencesStateItem
from .maintenance_in import MaintenanceIn
from .matchers_in import MatchersIn
from .member_out import MemberOut
from .members_out import MembersOut
from .missed_out import MissedOut
from .money_out import MoneyOut
from .next_level_out import NextLevelOut
from .note_entry_out import NoteEntryOut
from .note_entry_out_entry import NoteEntryOutEntry
from .note_in import NoteIn
from .notice_out import NoticeOut
from .original_in import OriginalIn
from .outcome import Outcome
from .paper_in import PaperIn
from .paper_out import PaperOut
from .party_out import PartyOut
from .ping_data_out import PingDataOut
from .ping_event_out import PingEventOut
from .pinged_webhook_out import PingedWebhookOut
from .problem_out import ProblemOut
from .problem_out_code import ProblemOutCode
from .quarantine_entry_out import QuarantineEntryOut
from .read_feed_type_item import ReadFeedTypeItem
from .reason import Reason
from .received_out import ReceivedOut
from .received_out_state import ReceivedOutState
from .redeliver_in import RedeliverIn
from .redeliver_in_type_type_0 import RedeliverInTypeType0
from .redeliver_in_types_type_0_item import RedeliverInTypesType0Item
from .redeliver_out import RedeliverOut
from .redeliveries_out import RedeliveriesOut
from .redelivery_out import RedeliveryOut
from .redelivery_out_state import RedeliveryOutState
from .resolve_in import ResolveIn
from .result import Result
from .rotate_in import RotateIn
from .said_out import SaidOut
from .said_out_headers import SaidOutHeaders
from .scope_out import ScopeOut
from .secret_out import SecretOut
from .secret_out_scheme import SecretOutScheme
from .seller_in import SellerIn
from .silence_in import SilenceIn
from .silence_out import SilenceOut
from .silence_out_matchers import SilenceOutMatchers
from .silence_out_state import SilenceOutState
from .silences_out import SilencesOut
from .since_out import SinceOut
from .state import State
from .stats_out import StatsOut
from .stats_out_accounts import StatsOutAccounts
from .telling_out import TellingOut
from .text_out import TextOut
from .told_cloud_event import ToldCloudEvent
from .told_cloud_event_data import ToldCloudEventData
from .transition_entry_out import TransitionEntryOut
from .transition_out import TransitionOut
from .trouble import Trouble
from .void_in import VoidIn
from .voided_in import VoidedIn
from .wanted_out import WantedOut
from .webhook_change_in import WebhookChangeIn
from .webhook_change_in_events_type_0_item import WebhookChangeInEventsType0Item
from .webhook_change_in_form_type_0 import WebhookChangeInFormType0
from .webhook_change_in_headers_type_0 import WebhookChangeInHeadersType0
from .webhook_change_in_kinds_type_0_item import WebhookChangeInKindsType0Item
from .webhook_change_in_labels_type_0 import WebhookChangeInLabelsType0
from .webhook_disabled_data_out import WebhookDisabledDataOut
from .webhook_disabled_event_out import WebhookDisabledEventOut
from .webhook_disabled_message_out import WebhookDisabledMessageOut
from .webhook_enabled_out import WebhookEnabledOut
from .webhook_in import WebhookIn
from .webhook_in_events_type_0_item import WebhookInEventsType0Item
from .webhook_in_form_type_0 import WebhookInFormType0
from .webhook_in_headers_type_0 import WebhookInHeadersType0
from .webhook_in_kinds_type_0_item import WebhookInKindsType0Item
from .webhook_in_labels_type_0 import WebhookInLabelsType0
from .webhook_made_out import WebhookMadeOut
from .webhook_made_out_form import WebhookMadeOutForm
from .webhook_made_out_headers import WebhookMadeOutHeaders
from .webhook_made_out_labels import WebhookMadeOutLabels
from .webhook_made_out_origin import WebhookMadeOutOrigin
from .webhook_out import WebhookOut
from .webhook_out_form import WebhookOutForm
from .webhook_out_headers import WebhookOutHeaders
from .webhook_out_labels import WebhookOutLabels
from .webhook_out_origin import WebhookOutOrigin
from .webhook_tested_out import WebhookTestedOut
from .webhooks_out import WebhooksOut
from .window_out import WindowOut
from .window_out_state import WindowOutState
from .windows_out import WindowsOut

__all__ = (
    "AcceptedOut",
    "AccountOut",
    "AccountStatsOut",
    "AccountsOut",
    "AcknowledgeIn",
    "AcknowledgeIncidentIn",
    "AcknowledgedOut",
    "AffectedSellerOut",
    "AmountIn",
    "AmountOut",
    "AttemptOut",
    "BatchOut",
    "BreakerOut",
    "BuyerIn",
    "CallsOut",
    "Cause",
    "CheckEntryOut",
    "CheckOut",
    "CloudEvent",
    "CountsOut",
    "DeliveriesOut",
    "DeliveryDetailOut",
    "DeliveryDetailOutState",
    "DeliveryEntryOut",
    "DeliveryEntryOutState",
    "DeliveryOut",
    "DeliveryOutState",
    "Diagnosis",
    "DiagnosisOut",
    "DifferenceOut",
    "DisabledWebhookOut",
    "ErrorOut",
    "Failure",
    "FeedOut",
    "GravestInvoiceOut",
    "HandleIn",
    "HandleOut",
    "HealthOut",
    "HistoryOut",
    "IncidentEventDataOut",
    "IncidentEventOut",
    "IncidentEventOutType",
    "IncidentInFullOut",
    "IncidentMessageOut",
    "IncidentMessageOutType",
    "IncidentOut",
    "IncidentState",
    "IncidentsOut",
    "InvoiceEventDataOut",
    "InvoiceEventOut",
    "InvoiceEventOutType",
    "InvoiceIn",
    "InvoiceInKindType0",
    "InvoiceInLabelsType0",
    "InvoiceMessageOut",
    "InvoiceMessageOutType",
    "InvoiceOut",
    "InvoiceOutLabels",
    "InvoicesOut",
    "ItemOut",
    "Kind",
    "LinksOut",
    "ListDeliveriesState",
    "ListDeliveriesType",
    "ListInvoicesKindItem",
    "ListInvoicesSort",
    "ListMaintenanceStateItem",
    "ListSilencesStateItem",
    "MaintenanceIn",
    "MatchersIn",
    "MemberOut",
    "MembersOut",
    "MissedOut",
    "MoneyOut",
    "NextLevelOut",
    "NoteEntryOut",
    "NoteEntryOutEntry",
    "NoteIn",
    "NoticeOut",
    "OriginalIn",
    "Outcome",
    "PaperIn",
    "PaperOut",
    "PartyOut",
    "PingDataOut",
    "PingEventOut",
    "PingedWebhookOut",
    "ProblemOut",
    "ProblemOutCode",
    "QuarantineEntryOut",
    "ReadFeedTypeItem",
    "Reason",
    "ReceivedOut",
    "ReceivedOutState",
    "RedeliverIn",
    "RedeliverInTypeType0",
    "RedeliverInTypesType0Item",
    "RedeliverOut",
    "RedeliveriesOut",
    "RedeliveryOut",
    "RedeliveryOutState",
    "ResolveIn",
    "Result",
    "RotateIn",
    "SaidOut",
    "SaidOutHeaders",
    "ScopeOut",
    "SecretOut",
    "SecretOutScheme",
    "SellerIn",
    "SilenceIn",
    "SilenceOut",
    "SilenceOutMatchers",
    "SilenceOutState",
    "SilencesOut",
    "SinceOut",
    "State",
    "StatsOut",
    "StatsOutAccounts",
    "TellingOut",
    "TextOut",
    "ToldCloudEvent",
    "ToldCloudEventData",
    "TransitionEntryOut",
    "TransitionOut",
    "Trouble",
    "VoidIn",
    "VoidedIn",
    "WantedOut",
    "WebhookChangeIn",
    "WebhookChangeInEventsType0Item",
    "WebhookChangeInFormType0",
    "WebhookChangeInHeadersType0",
    "WebhookChangeInKindsType0Item",
    "WebhookChangeInLabelsType0",
    "WebhookDisabledDataOut",
    "WebhookDisabledEventOut",
    "WebhookDisabledMessageOut",
    "WebhookEnabledOut",
    "WebhookIn",
    "WebhookInEventsType0Item",
    "WebhookInFormType0",
    "WebhookInHeadersType0",
    "WebhookInKindsType0Item",
    "WebhookInLabelsType0",
    "WebhookMadeOut",
    "WebhookMadeOutForm",
    "WebhookMadeOutHeaders",
    "WebhookMadeOutLabels",
    "WebhookMadeOutOrigin",
    "WebhookOut",
    "WebhookOutForm",
    "WebhookOutHeaders",
    "WebhookOutLabels",
    "WebhookOutOrigin",
    "WebhookTestedOut",
    "WebhooksOut",
    "WindowOut",
    "WindowOutState",
    "WindowsOut",
)
