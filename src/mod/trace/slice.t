# From a plot to the shopper's scan, and to the recall.

as anyone
GET /
= 200
GET /news
= 200
GET /enterprises
= 200
GET /enterprises/{org_alpha}
= 200
GET /verify
= 200
GET /enterprises/4711
= 404
GET /t/XXXX
= 404

as officer
POST /api/v1/news {"title":"开园","kind":"news","body":"<p>正文</p>"}
= 201
  > id=news
POST /api/v1/news/{news}/publish {}
= 200
POST /api/v1/products {"name":"潞城小米","org_id":"{org_alpha}","category":"grain","unit":"KGM"}
= 201
  > id=product
POST /api/v1/products/{product}/list {}
= 200 state=listed
POST /api/v1/lots {"product_id":"{product}","org_id":"{org_alpha}","harvested_on":"{today}","quantity_milli":10000,"unit":"KGM","pack_milli":1000}
= 201 state=open
  > id=lot
POST /api/v1/lots/{lot}/release {}
= 400 code=lot-not-tested
POST /api/v1/code-batches {"lot_id":"{lot}","quantity":3,"design":"60x40"}
= 400 code=lot-not-tested
POST /api/v1/inspections
  {"sample_no":"S1","lot_id":"{lot}","method":"inhibition","sampled_on":"{today}","tested_ms":{now_ms},"tester":"李检",
  "readings":[{"control_e4":5000,"sample_e4":4900},{"control_e4":5000,"sample_e4":4800}]}
= 201 verdict=pass
POST /api/v1/lots/{lot}/release {}
= 200 state=released
POST /api/v1/certificates {"lot_id":"{lot}","basis":"self_test","contact":"13800000000"}
= 201
  > id=certificate
  > number=number
POST /api/v1/code-batches {"lot_id":"{lot}","quantity":3,"design":"60x40"}
= 201 state=queued
  > id=batch
drain
GET /api/v1/code-batches/{batch}
= 200 state=issued issued=3
  > version=version
GET /api/v1/code-batches/{batch}/history
= 200
PATCH /api/v1/code-batches/{batch} {"version":{version},"recipient":"王领","received_on":"{today}"}
= 200 recipient=王领
POST /api/v1/code-batches {"lot_id":"{lot}","quantity":8,"design":"60x40"}
= 400
GET /api/v1/trace-codes?lot_id={lot}&sort=serial
= 200 items.count=3
  > items.0.id=code_id
  > items.0.code=code
  > items.1.id=second_id
  > items.2.id=third_id
GET /api/v1/trace-codes/{code_id}
= 200 state=printed
GET /api/v1/trace-codes/{code_id}/history
= 200

as anyone
GET /t/{code}
= 200
  ~ 潞城小米
GET /t/{code}?lang=en
= 200
GET /verify?code={code}
= 303
GET /certificate/{number}
= 200
GET /products/{product}
= 200
GET /news/{news}
= 200
POST /t/{code} place=山西
  + Content-Type: application/x-www-form-urlencoded
= 303

as officer
POST /api/v1/trace-codes/{code_id}/print {}
= 409
POST /api/v1/trace-codes/{code_id}/bind {}
= 200 state=bound
POST /api/v1/trace-codes/{code_id}/sell {}
= 200 state=sold
POST /api/v1/trace-codes/{second_id}/void {"comment":"损坏"}
= 200 state=voided
POST /api/v1/code-batches/{batch}/hand-out {}
= 200

as enterprise@beta
GET /api/v1/lots/{lot}
= 404
GET /api/v1/trace-codes?count=1
= 200 count=0

as officer
POST /api/v1/recalls {"lot_id":"{lot}","level":"one","reason":"误用农药"}
= 201
  > id=recall
drain
as anyone
GET /t/{code}
= 200
  ~ 召回
as officer
pause 1500
GET /api/v1/scans?lot_id={lot}
= 200
  > items.0.id=scan
GET /api/v1/scans/{scan}
= 200
GET /api/v1/scans/{scan}/history
= 200

# A lot that is sold out is closed.
POST /api/v1/lots {"product_id":"{product}","org_id":"{org_alpha}","harvested_on":"{today}","quantity_milli":1000,"unit":"KGM","pack_milli":1000}
= 201
  > id=lot2
POST /api/v1/inspections
  {"sample_no":"S2","lot_id":"{lot2}","method":"inhibition","sampled_on":"{today}","tested_ms":{now_ms},"tester":"李检",
  "readings":[{"control_e4":5000,"sample_e4":4900},{"control_e4":5000,"sample_e4":4800}]}
= 201
POST /api/v1/lots/{lot2}/release {}
= 200
POST /api/v1/lots/{lot2}/close {}
= 200 state=closed
