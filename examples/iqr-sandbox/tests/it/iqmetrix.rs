use std::collections::BTreeSet;
use std::io::Read;
use std::time::Duration;

use flate2::read::GzDecoder;
use iqr_sandbox::Token;
use iqr_sandbox::iqmetrix::{
    Company, Device, Echo, Encoding, Gzip, Iqmetrix, Maintenance, MissingDate, Offense, Options, Place, Quirks, State,
};
use serde_json::json;

use crate::client::{Client, Response};

pub const BOUGHT: &str = "014497002384313";
pub const RETURNED: &str = "014497002384321";
pub const UNKNOWN: &str = "014497002384669";

/// A client with a token.
pub struct Partner {
    pub client: Client,
    pub credential: String,
}

impl Partner {
    pub fn of(sandbox: &Iqmetrix) -> Self {
        let mut client = Client::connect_to(sandbox.address());
        let token = request_token(&mut client, &form(sandbox)).json()["access_token"].as_str().unwrap().to_owned();
        Self { client, credential: format!("Bearer {token}") }
    }

    pub fn get(&mut self, target: &str) -> Response {
        self.get_with(target, "")
    }

    pub fn get_with(&mut self, target: &str, headers: &str) -> Response {
        let headers = format!("Authorization: {}\r\n{headers}", self.credential);
        self.client.send("GET", target, &headers, b"").unwrap()
    }

    pub fn ask(&mut self, target: &str) {
        let headers = format!("Authorization: {}\r\n", self.credential);
        self.client.write("GET", target, &headers, b"").unwrap();
    }
}

/// The form of a good token request.
pub fn form(sandbox: &Iqmetrix) -> String {
    let options = sandbox.state().options.clone();
    let encode = |text: &str| Encoding::Form.encode(text);
    format!(
        "grant_type=password&username={}&password={}&client_id={}&client_secret={}",
        encode(&options.username),
        encode(&options.password),
        encode(&options.client_id),
        encode(&options.client_secret)
    )
}

pub fn request_token(client: &mut Client, form: &str) -> Response {
    let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
    client.send("POST", "/v1/oauth2/token", headers, form.as_bytes()).unwrap()
}

/// Starts a sandbox that knows two devices.
pub fn start(options: Options) -> (Iqmetrix, Partner) {
    let sandbox = Iqmetrix::start(options);
    sandbox.state().set_device(Device::new(BOUGHT, State::COMPANY).bought("2016-04-17"));
    sandbox.state().set_device(Device::new(RETURNED, State::COMPANY).bought("2016-04-17").returned("2016-12-30"));
    let partner = Partner::of(&sandbox);
    (sandbox, partner)
}

/// The target of a question about devices.
pub fn imeis(list: &[&str]) -> String {
    format!("/partner/ingrammicro/imei?CompanyID={}&IMEI={}", State::COMPANY, list.join(","))
}

fn set(change: impl FnOnce(&mut Options)) -> (Iqmetrix, Partner) {
    let (sandbox, partner) = start(Options::default());
    change(&mut sandbox.state().options);
    (sandbox, partner)
}

fn offenses(sandbox: &Iqmetrix) -> Vec<Offense> {
    sandbox.violations().into_iter().map(|violation| violation.offense).collect()
}

#[test]
fn issues_a_token_by_password() {
    let sandbox = Iqmetrix::start(Options::default());
    let answer = request_token(&mut Client::connect_to(sandbox.address()), &form(&sandbox));
    let keys: BTreeSet<String> = answer.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["access_token", "expires_in", "refresh_token"].map(str::to_owned).into());
    assert_eq!((answer.status, answer.json()["expires_in"].as_u64()), (200, Some(43_199)));
    let counters = sandbox.counters();
    assert_eq!((counters.token_requests, counters.tokens_issued, counters.data_requests), (1, 1, 0));
}

#[test]
fn refuses_a_token_in_the_words_of_oauth() {
    let (sandbox, mut partner) = start(Options::default());
    let good = form(&sandbox);
    for (from, to, error) in [
        ("grant_type=password", "grant_type=client_credentials", "unsupported_grant_type"),
        ("grant_type=password", "grant_type=refresh_token", "unsupported_grant_type"),
        ("client_id=", "client_id=x", "invalid_client"),
        ("client_secret=", "client_secret=x", "invalid_client"),
        ("username=", "username=x", "invalid_grant"),
        ("&password=", "&password=x", "invalid_grant"),
        ("&password=", "&word=", "invalid_grant"),
    ] {
        let answer = request_token(&mut partner.client, &good.replacen(from, to, 1));
        assert_eq!((answer.status, answer.json()), (400, json!({ "error": error })), "{to}");
    }
    assert_eq!(sandbox.counters().token_requests_refused, 7);
    assert_eq!(offenses(&sandbox), [Offense::RefreshGrant]);
}

#[test]
fn refuses_calls_without_a_live_credential() {
    let (sandbox, mut partner) = start(Options::default());
    let good = std::mem::take(&mut partner.credential);
    for credential in ["", "Bearer ", "Bearer x", "Basic x", "x"] {
        credential.clone_into(&mut partner.credential);
        let answer = partner.get("/partner/relationships");
        assert_eq!((answer.status, answer.text()), (401, "Token is invalid"), "{credential}");
    }
    partner.credential = good;
    assert_eq!(partner.get("/partner/relationships").status, 200);
    sandbox.state().journal.revoke_tokens();
    assert_eq!(partner.get("/partner/relationships").status, 401);
    assert_eq!(sandbox.requests().last().unwrap().token, Token::Dead(1));
    assert_eq!((sandbox.counters().unauthorized, sandbox.state().tokens_live()), (6, 0));
}

#[test]
fn lets_tokens_expire_by_time_and_by_calls() {
    let (_sandbox, mut partner) = set(|options| options.token_calls = Some(2));
    assert_eq!([0; 3].map(|_| partner.get("/partner/relationships").status), [200, 200, 401]);
    let (_sandbox, mut partner) = set(|options| options.token_lifetime = Duration::ZERO);
    assert_eq!(partner.get("/partner/relationships").status, 401);
}

#[test]
fn keeps_older_tokens_when_a_new_one_is_issued() {
    let (sandbox, mut first) = start(Options::default());
    let mut second = Partner::of(&sandbox);
    assert_eq!([&mut first, &mut second].map(|one| one.get("/partner/relationships").status), [200, 200]);
}

#[test]
fn accepts_the_basic_token() {
    let (sandbox, mut partner) = start(Options::default());
    partner.credential = format!("Basic {}", sandbox.state().options.basic_token);
    assert_eq!(partner.get("/partner/relationships").status, 200);
    "x".clone_into(&mut sandbox.state().options.basic_token);
    assert_eq!(partner.get("/partner/relationships").status, 401);
}

#[test]
fn lists_companies_and_dealers() {
    let (sandbox, mut partner) = start(Options::default());
    let company = json!({ "CompanyID": 14_170, "CompanyName": "KENTEL", "DoingBusinessAs": "Kentel Corp" });
    assert_eq!(partner.get("/partner/relationships").json(), json!([company]));
    let dealer =
        json!({ "CompanyID": 14_170, "CompanyName": "KENTEL", "LocationEntityID": 14_192, "LocationName": "Region A" });
    assert_eq!(partner.get("/Partner/Relationships/Dealers").json()[0], dealer);
    sandbox.state().options.quirks.no_relationships = true;
    assert_eq!(partner.get("/partner/relationships").json(), json!([]));
    assert_eq!(partner.get("/partner/relationships/dealers").json().as_array().unwrap().len(), 2);
}

#[test]
fn answers_known_devices_and_omits_others() {
    let (sandbox, mut partner) = start(Options::default());
    let rows = partner.get(&imeis(&[BOUGHT, RETURNED, UNKNOWN])).json();
    let client = "24168022-3ed4-422f-90a0-31c70869c1d7";
    let midnight = "2016-04-17T00:00:00";
    assert_eq!(
        rows,
        json!([
            { "IMEI": BOUGHT, "PurchaseDate": midnight, "ReturnDate": null, "ClientID": client },
            { "IMEI": RETURNED, "PurchaseDate": midnight, "ReturnDate": "2016-12-30T00:00:00", "ClientID": client },
        ])
    );
    assert_eq!(offenses(&sandbox), []);
    assert_eq!(sandbox.state().imeis_asked(), 3);
}

#[test]
fn answers_devices_of_the_company_asked_for_only() {
    let (sandbox, mut partner) = start(Options::default());
    sandbox.state().companies.push(Company { id: 21_090, ..Company::default() });
    let other = imeis(&[BOUGHT]).replace("14170", "21090");
    assert_eq!(partner.get(&other).json(), json!([]));
    assert_eq!(partner.get(&other.replace("21090", "1")).status, 403);
    assert_eq!(partner.get("/partner/ingrammicro/imei?CompanyID=14170").status, 400);
}

#[test]
fn makes_up_every_device_on_demand() {
    let (sandbox, mut partner) = start(Options::default());
    sandbox.state().add_on_demand(State::COMPANY);
    let rows = partner.get(&imeis(&[UNKNOWN])).json();
    let device = State::made_up(UNKNOWN, State::COMPANY);
    assert_eq!(rows[0]["PurchaseDate"].as_str(), device.purchase_date.as_deref());
}

#[test]
fn varies_rows_as_its_quirks_say() {
    let (sandbox, mut partner) = start(Options::default());
    let mut rows = |change: &dyn Fn(&mut State)| {
        change(&mut sandbox.state());
        let answer = partner.get(&imeis(&[BOUGHT])).json();
        sandbox.state().options.quirks = Quirks::default();
        answer.as_array().unwrap().clone()
    };
    assert!(rows(&|state| _ = state.options.quirks.missing.insert(BOUGHT.to_owned())).is_empty());
    assert_eq!(rows(&|state| state.options.quirks.copies = 3).len(), 3);
    let absent = rows(&|state| state.options.quirks.missing_date = MissingDate::Absent);
    assert!(absent[0].get("ReturnDate").is_none() && absent[0].get("PurchaseDate").is_some());
    assert_eq!(rows(&|state| state.options.quirks.missing_date = MissingDate::Empty)[0]["ReturnDate"], "");
    let strays = rows(&|state| state.options.quirks.strays = 2);
    assert_eq!((strays.len(), strays[0]["IMEI"] == RETURNED, strays[2]["IMEI"] == BOUGHT), (3, true, true));
    let made_up = rows(&|state| {
        state.options.quirks.strays = 2;
        state.remove_device(RETURNED);
    });
    assert_eq!((made_up.len(), made_up[0]["IMEI"] == RETURNED), (3, true));
    let newer = Device::new(BOUGHT, State::COMPANY).bought("2018-01-01");
    assert_eq!(rows(&|state| state.add_device(newer.clone())).len(), 2);
    assert!(rows(&|state| state.remove_device(BOUGHT)).is_empty());
}

#[test]
fn answers_in_six_formats() {
    let (_sandbox, mut partner) = start(Options::default());
    let mut answer = |format: &str| partner.get(&format!("{}&Response={format}", imeis(&[BOUGHT])));
    for (format, kind, words) in [
        ("JsonDataTable", "application/json; charset=utf-8", "{\"Records\":[{\"IMEI\":\"014497002384313\","),
        ("Xml", "text/xml", "<Table><Record><IMEI>014497002384313</IMEI><PurchaseDate>2016-04-17T00:00:00</P"),
        ("XmlDataTable", "text/xml", "<ReturnDate></ReturnDate>"),
        ("Csv", "text/csv", "IMEI,PurchaseDate,ReturnDate,ClientID\r\n014497002384313,2016-04-17T00:00:00,,24168022"),
    ] {
        let answer = answer(format);
        assert_eq!((answer.status, answer.header("Content-Type")), (200, Some(kind)));
        assert!(answer.text().contains(words), "{}", answer.text());
    }
    let excel = answer("Excel");
    assert!(excel.body.starts_with(b"PK\x03\x04"));
    assert!(excel.header("content-disposition").unwrap().starts_with("attachment;filename=reportname-20"));
    assert_eq!(answer("Yaml").status, 400);
}

#[test]
fn compresses_where_gzip_is_accepted() {
    let (sandbox, mut partner) = start(Options::default());
    let mut get = || partner.get_with(&imeis(&[BOUGHT]), "Accept-Encoding: gzip\r\n");
    let read = |answer: &Response| {
        let mut text = String::new();
        GzDecoder::new(answer.body.as_slice()).read_to_string(&mut text).map(|_| text)
    };
    let answer = get();
    assert_eq!(answer.header("Content-Encoding"), Some("gzip"));
    assert!(read(&answer).unwrap().contains(BOUGHT));
    sandbox.state().options.quirks.gzip = Gzip::Truncated;
    assert!(read(&get()).is_err());
    sandbox.state().options.quirks.gzip = Gzip::Bomb(8);
    let bomb = get();
    assert!(bomb.body.len() < 1 << 17 && read(&bomb).unwrap().len() > 8 << 20);
    sandbox.state().options.quirks.gzip = Gzip::Never;
    assert!(get().header("Content-Encoding").is_none());
}

#[test]
fn refuses_a_query_that_is_too_long() {
    let (_sandbox, mut partner) = start(Options::default());
    let query = |length: usize| format!("/partner/relationships?x={}", "a".repeat(length - 2));
    assert_eq!([2048, 2049].map(|length| partner.get(&query(length)).status), [200, 404]);
    assert_eq!(partner.get("/partner/other").status, 404);
}

#[test]
fn closes_for_maintenance_with_and_without_a_time() {
    let (sandbox, mut partner) = set(|options| options.maintenance = Some(Maintenance::default()));
    let closed = partner.get("/partner/relationships");
    assert_eq!((closed.status, closed.header("Retry-After")), (503, None));
    assert!(closed.text().ends_with("please try again after 12:00PM UTC"));
    sandbox.state().options.maintenance = Some(Maintenance { retry_after: Some("120".to_owned()) });
    assert_eq!(partner.get("/partner/relationships").header("Retry-After"), Some("120"));
    sandbox.state().options.maintenance = None;
    assert_eq!(partner.get("/partner/relationships").status, 200);
}

#[test]
fn records_what_a_client_must_never_do() {
    let (sandbox, mut partner) = start(Options::default());
    let token = partner.credential.replace("Bearer ", "");
    assert_eq!(partner.get("/partner/relationships?Auth=x").status, 400);
    partner.get(&format!("/partner/relationships?x={}", Encoding::Percent.encode(&token)));
    partner.get_with("/partner/relationships", "Cookie: ss-id=1\r\n");
    partner.get(&imeis(&["1", BOUGHT, BOUGHT]));
    assert_eq!(partner.client.send("POST", "/partner/relationships", "", b"").unwrap().status, 405);
    partner.client.send("POST", "/v1/oauth2/token", "", form(&sandbox).as_bytes()).unwrap();
    assert_eq!(
        offenses(&sandbox),
        [
            Offense::AuthInUrl,
            Offense::SecretInUrl,
            Offense::Cookie,
            Offense::InvalidImei("1".to_owned()),
            Offense::RepeatedImei(BOUGHT.to_owned()),
            Offense::Method("POST".to_owned()),
            Offense::NoForm,
        ]
    );
    assert_eq!(sandbox.violations()[0].request, 2);
}

#[test]
fn repeats_what_it_was_sent_in_every_encoding() {
    let (sandbox, mut partner) = start(Options::default());
    let token = partner.credential.replace("Bearer ", "");
    for encoding in Encoding::ALL {
        let echo = |place| sandbox.state().options.quirks.echo = Some(Echo { place, encoding });
        echo(Place::Message(500));
        let answer = partner.get("/partner/relationships");
        let message = answer.json()["Message"].as_str().unwrap().to_owned();
        assert!(answer.status == 500 && message.starts_with(&encoding.encode(&token)), "{message}");
        echo(Place::TokenError(400));
        let error = request_token(&mut partner.client, &form(&sandbox)).json();
        let password = encoding.encode(&sandbox.state().options.password);
        assert!(error["error_description"].as_str().unwrap().contains(&password), "{error}");
        echo(Place::Rows);
        let name = partner.get("/partner/relationships").json()[0]["DoingBusinessAs"].as_str().unwrap().to_owned();
        assert!(name.starts_with(&encoding.encode(&token)), "{name}");
    }
    sandbox.state().options.quirks.echo = Some(Echo { place: Place::Dates, encoding: Encoding::Plain });
    let rows = partner.get(&imeis(&[BOUGHT])).json();
    assert!(rows[0]["IMEI"] == BOUGHT && rows[0]["PurchaseDate"].as_str().unwrap().starts_with(&token));
}

#[test]
fn records_requests_with_headers_and_status() {
    let (sandbox, mut partner) = start(Options::default());
    sandbox.forget_requests();
    partner.get_with("/partner/relationships?Response=Csv", "Accept-Encoding: gzip\r\n");
    let requests = sandbox.requests();
    let only = &requests[0];
    assert_eq!((only.target.as_str(), only.status), ("/partner/relationships?Response=Csv", Some(200)));
    assert_eq!((only.header("accept-encoding"), only.token), (Some("gzip"), Token::Live(1)));
}
