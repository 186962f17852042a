import { useSignal } from "@preact/signals";
import { render } from "preact";
import { signIn, type Role } from "../shared/api";
import { t } from "../shared/i18n";
import { dressPage } from "../shared/theme";
import { Skip, Top } from "../shared/top";
import "../styles/all.css";

/** The page each role works with. */
function home(role: Role): string {
  return role === "agent" ? "/desktop" : "/";
}

type Trouble = "login.wrong" | "login.unreachable" | "login.empty";

function Login() {
  const trouble = useSignal<Trouble | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget as HTMLFormElement).get("token")).trim();
    trouble.value = token ? null : "login.empty";
    if (!token) return;
    try {
      const session = await signIn(token);
      if (session) location.assign(home(session.role));
      else trouble.value = "login.wrong";
    } catch {
      trouble.value = "login.unreachable";
    }
  };
  document.title = t("login.title");
  return (
    <>
      <Skip />
      <Top title="" />
      <main id="main" class="login">
        <form onSubmit={submit}>
          <h1>{t("login.title")}</h1>
          <p class="soft">{t("login.intro")}</p>
          <label class="field">
            {t("login.token")}
            <input name="token" type="password" autocomplete="current-password" aria-describedby="trouble" autofocus />
          </label>
          <div id="trouble" role="alert">{trouble.value && <div class="answer rejected">{t(trouble.value)}</div>}</div>
          <button class="primary" type="submit">{t("login.submit")}</button>
        </form>
      </main>
    </>
  );
}

dressPage();
render(<Login />, document.getElementById("app")!);
