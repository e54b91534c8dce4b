//! The samples of the vendor's document, repaired by hand where they are no JSON as printed.

/// Success without a result.
pub const DONE: &str = r#"{"isSuccess":true,"success":null,"errors":null,"error":null,"exception":null}"#;

/// A page of employees, whose figures contradict each other.
pub const EMPLOYEES: &str = r#"{"result":{"items":[
{"firstName":"Brydan","lastName":"France","employeeNumber":"2332345","badge":"","language":"English","active":false,"department":"DEPT 1"},
{"firstName":"Haizel","lastName":"Maria","employeeNumber":"557791","badge":null,"language":"English","active":true,"department":"DEPT 2"}],
"metaData":{"firstItemOnPage":1,"hasNextPage":false,"hasPreviousPage":false,"isFirstPage":true,"isLastPage":false,"lastItemOnPage":12,"pageCount":12,"pageNumber":1,"pageSize":20,"totalItemCount":233,"thisPageItemCount":20,"itemStart":1,"itemEnd":20}},
"isSuccess":true,"errors":null,"error":null,"exception":null}"#;

/// A look-up of one employee.
pub const FOUND: &str = r#"{"result":[{"department":"No Restrictions","firstName":"Hawkeye","lastName":"Pierce","employeeNumber":"1000","email":"hpierce@mash4077.com","badge":"42789","language":0,"active":true,"isVTAdmin":true,"pinOption":"7","activeStatus":null,"languageDescription":"English","accountName":"Fresh Lemon Scent :","employeeIds":null,"separatesave":null,"ignoreFingerPrint":true,"ignoreFingerPrintString":null,"managerEmail":null}],
"isSuccess":true,"errorStatusVal":0,"success":null,"errors":null,"error":null,"exception":null}"#;

/// A look-up that found none (HTTP 400).
pub const NOT_FOUND: &str = r#"{"result":null,"isSuccess":false,"errorStatusVal":0,"success":null,"errors":null,"error":{"errorId":400,"message":"No employees found matching the query."},"exception":null}"#;

/// A reservation that was made.
pub const RESERVED: &str = r#"{"result":{"reserveLockerId":"e395e821-11d9-4a18-6b22-08dc49049684","accessCodes":[
{"userName":"API TESTING 1","role":"DropOff","accessCodes":"828459","barCode":"https://api.iqtechportal.com/assets/Uploads/1712244823_000054/828459.png"},
{"userName":"API TESTING 2","role":"Pickup","accessCodes":"145811","barCode":"https://api.iqtechportal.com/assets/Uploads/1712244823_000038/145811.png"}],
"message":"Reservation added successfully"},"isSuccess":true,"success":null,"errors":null,"error":null,"exception":null}"#;

/// A code that was sent anew.
pub const RESENT: &str = r#"{"result":{"reserveLockerId":"e395e821-11d9-4a18-6b22-08dc49049684","accessCodes":[
{"userName":"API TESTING 1","role":"DropOff","accessCodes":"526394","barCode":"https://api.iqtechportal.com/assets/Uploads/1712246405_000009/526394.png"}],
"message":"New Access Code Generated Successfully"},"isSuccess":true,"success":null,"errors":null,"error":null,"exception":null}"#;

/// A reservation that was ended.
pub const RECALLED: &str = r#"{"result":{"message":"Reservation Recalled Successfully"},"isSuccess":true,"success":null,"errors":null,"error":null,"exception":null}"#;

/// The reservations of a machine, in the current revision and in the previous one.
pub const STATUS: [&str; 2] = [
    r#"[{"reserveLockerId":"5342dceb-12e3-46a0-01b5-08dc5a654092","selection":"164","currentStatus":"Drop Off Pending"}]"#,
    r#"[{"selection":"164","currentStatus":"Drop Off Pending"}]"#,
];

/// The free selections of a machine.
pub const FREE: &str = "[162,166,170,172,174,176,180,182,184,186,190,192,194,196,200,202,204,206]";

/// A report, in the current revision and in the previous one.
pub const REPORT: [&str; 2] = [
    r#"{"accountName":"Mason Testing :)","hasNextPage":false,"totalPages":1,"machineDetails":[{"machineName":"Test Example","locationName":"Testing Machines","reservationDetails":[{"type":"Exchange","selection":"172","productName":"Binder clips- Medium","activity":"Stock Pending","timestamp":"2023-12-14T00:00:00","reservedUser":"Zendesk Webhook: Mason Joblinske","role":"Drop Off","assignee":"drop","assigneeType":"Employee","dateString":"12/13/2023 06:00 PM"}]}]}"#,
    r#"{"machineName":"Test Example","accountName":"Mason Testing :)","locationName":"Testing Machines","hasNextPage":false,"totalPages":1,"reservationDetails":[{"type":"Exchange","selection":"172","productName":"Binder clips- Medium","activity":"Stock Pending","timestamp":"2023-12-14T00:00:00","reservedUser":"Zendesk Webhook: Mason Joblinske","role":"Drop Off","assignee":"drop","assigneeType":"Employee","dateString":"12/13/2023 06:00 PM"}]}"#,
];

/// The answer to a question about one machine: two of them, and more to come.
pub const MACHINES: &str = r#"{"result":{"items":[
{"machine":{"machineName":" Test Machine Waukee Touchscreen","controlBoardSerialNo":"WTN42246643220217481","machineSerialNo":null,"location":"Waukee Test Office","machineType":2,"status":true,"lastActivity":"2024-04-24T16:06:57.6305139","controlBoardVersion":"5161"},
"machinePlanogram":[{"selection":"100","productName":"Binder clips- Medium","productItemNumber":"5678","criticalLevel":5,"lowLevel":6,"parLevel":0,"maxDepth":15,"currentCount":2,"price":"0.00"}]},
{"machine":{"machineName":"Virtual Tracker Example","controlBoardSerialNo":"WTNVMmUEkdEMgJe","machineSerialNo":null,"location":"Testing Machines","machineType":3,"status":true,"lastActivity":"2023-07-17T16:40:40.045444","controlBoardVersion":null},
"machinePlanogram":[{"selection":"100","productName":"Binder clips- Medium","productItemNumber":"5678","criticalLevel":0,"lowLevel":0,"parLevel":0,"maxDepth":0,"currentCount":31,"price":"0.00"}]}],
"metaData":{"firstItemOnPage":1,"hasNextPage":true,"hasPreviousPage":false,"isFirstPage":true,"isLastPage":false,"lastItemOnPage":2,"pageCount":7,"pageNumber":1,"pageSize":2,"totalItemCount":13,"thisPageItemCount":2,"itemStart":1,"itemEnd":2}},
"isSuccess":true,"success":null,"errors":null,"error":null,"exception":null}"#;

/// A page of transactions, the last.
pub const TRANSACTIONS: &str = r#"{"result":{"transactionReport":{"items":[
{"machineDetails":{"serialNo":"WTN42246641120164005","organization":"EMS","account":"Mason Testing :)","machineName":"Test Machine Waukee Keypad-1","location":"Waukee Test Office"},
"transactionDetails":[{"transactionDateAndTime":"2024-04-25T18:46:51.6717682","employeeName":"Murphy, Paul","employeeNumber":"12354","productName":"Phase 6","productGroup":"Phase Releases ","productGroupName":null,"offlinePurchase":"No","selection":"100","manufacturerName":null,"manufacturerItemNumber":null,"dispensedQuantity":1,"secondPersonAuth":" ","batchDetails":[{"lotNumber":null,"expDate":null,"qtyTaken":"1"}],"userLimit":[{"question":"TESTING","response":"2"}],"pricePerItem":0.00,"total":0.00,"itemNumber":"66","takenWeight":null,"assetNumber":null,"department":"Service","packageQuantity":1,"packagePrice":0.00}]}],
"metaData":{"firstItemOnPage":1,"hasNextPage":false,"hasPreviousPage":false,"isFirstPage":true,"isLastPage":false,"lastItemOnPage":1,"pageCount":1116,"pageNumber":1,"pageSize":1,"totalItemCount":1116,"thisPageItemCount":1,"itemStart":1,"itemEnd":1}}},
"isSuccess":true,"success":null,"errors":null,"error":null,"exception":null}"#;

/// The refusals of the document, each with its status and its words.
pub const REFUSALS: [(u16, &str, &str); 10] = [
    (
        500,
        r#"{"isSuccess":false,"success":null,"errors":null,"error":{"errorId":500,"message":"Employee number already exists!"}}"#,
        "Employee number already exists!",
    ),
    (
        400,
        r#"{"isSuccess":false,"success":null,"errors":null,"error":{"errorId":400,"message":"Invalid Employee Number"}}"#,
        "Invalid Employee Number",
    ),
    (
        400,
        r#"{"isSuccess":false,"success":null,"errors":null,"error":{"errorId":500,"message":"Invalid employee number"}}"#,
        "Invalid employee number",
    ),
    (
        400,
        r#"{"isSuccess":false,"success":null,"errors":null,"error":{"errorId":500,"message":"Invalid Old Pin"},"exception":null}"#,
        "Invalid Old Pin",
    ),
    (
        500,
        r#"{"result":null,"isSuccess":false,"success":null,"errors":null,"error":null,"exception":{"stackTrace":null,"message":"Invalid Selection","innerException":{"stackTrace":"","message":"","innerException":null}}}"#,
        "Invalid Selection",
    ),
    (
        400,
        r#"{"result":null,"isSuccess":false,"success":null,"errors":null,"error":{"errorId":400,"message":"Invalid Serial Number"},"exception":null}"#,
        "Invalid Serial Number",
    ),
    (
        400,
        r#"{"type":"https://tools.ietf.org/html/rfc7231#section-6.5.1","title":"One or more validation errors occurred.","status":400,"traceId":"00-1071d4b7b6738f6ed764ee1bd389a9a9-d6205f3d49724ebd-00","errors":{"reservationLockerId":["The value '00000000' is not valid."]}}"#,
        "reservationLockerId: The value '00000000' is not valid.",
    ),
    (
        404,
        r#"{"isSuccess":false,"success":null,"errors":null,"error":{"errorId":400,"message":"Invalid Operation!"},"exception":null}"#,
        "Invalid Operation!",
    ),
    (
        500,
        r#"{"isSuccess":false,"success":null,"errors":null,"error":null,"exception":{"stackTrace":null,"message":"Invalid Operation!","innerException":{"stackTrace":"","message":"","innerException":null}}}"#,
        "Invalid Operation!",
    ),
    (200, r#"{"isSuccess":false,"error":{"message":"not today"}}"#, "not today"),
];
