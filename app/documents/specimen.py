"""The least that a delivery file says, with nobody's data. One rule: what is shown as an example is read as one."""

EINVOICE = """\
<?xml version="1.0" encoding="UTF-8"?>
<EInvoice>
  <Header><EIid>26112000000000000001</EIid></Header>
  <EInvoiceData>
    <SellerInformation><SellerIdNum>911101081000000166</SellerIdNum></SellerInformation>
    <BuyerInformation><BuyerName>个人</BuyerName></BuyerInformation>
    <BasicInformation>
      <TotalAmWithoutTax>100.00</TotalAmWithoutTax>
      <TotalTaxAm>6.00</TotalTaxAm>
      <TotalTax-includedAmount>106.00</TotalTax-includedAmount>
    </BasicInformation>
  </EInvoiceData>
  <TaxSupervisionInfo>
    <InvoiceNumber>26112000000000000001</InvoiceNumber>
    <IssueTime>2026-11-20 09:30:00</IssueTime>
  </TaxSupervisionInfo>
</EInvoice>
"""
