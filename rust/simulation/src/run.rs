//! One run: a mailbox or two, some passes with whatever befalls them, calm, and the verdict.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use model::Result;
use model::status::{UserStatus, Wish, user_status};

use crate::chance::Chance;
use crate::climate::Climate;
use crate::ear::Ear;
use crate::lab::{Lab, is_at_rest};
use crate::mail::Account;
use crate::oracle::{self, Held};
use crate::people;
use crate::world::{Incident, Schedule, Side, Stage};

/// How long all may take to come to rest, by Tokio's clock.
const PATIENCE: Duration = Duration::from_secs(4 * 3600);

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Where all of its chance came from.
    pub seed: u64,
    /// What happened, line by line.
    pub trace: Vec<String>,
    /// A number that stands for all lines.
    pub digest: u64,
    /// What is wrong. Nothing, if all is well.
    pub faults: Vec<String>,
}

/// Runs one seed to its verdict.
pub fn run(seed: u64, climate: &Climate) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    match runtime {
        Ok(runtime) => runtime.block_on(play(seed, climate)),
        Err(error) => {
            Outcome { seed, trace: Vec::new(), digest: 0, faults: vec![format!("no runtime: {error}")] }
        }
    }
}

async fn play(seed: u64, climate: &Climate) -> Outcome {
    let stage = Stage::new(seed, climate);
    let listening = stage.clone();
    let _ear = tracing::subscriber::set_default(Ear(move || listening.note_synced()));
    let (chance, disk) = (Chance::new(seed, "run"), Chance::new(seed, "disk"));
    let mut play = Play { stage: stage.clone(), chance, disk, events: 300 };
    let faults = match play.all().await {
        Ok(faults) => faults,
        Err(error) => vec![format!("broke off: {error} {error:?}")],
    };
    stage.lock().kill_worker();
    let scene = stage.lock();
    Outcome { seed, trace: scene.trace.lines().to_vec(), digest: scene.trace.digest(), faults }
}

struct Play {
    stage: Stage,
    chance: Chance,
    /// The chance of the store's disk.
    disk: Chance,
    /// How many things the servers did in the last pass.
    events: u64,
}

impl Play {
    async fn all(&mut self) -> Result<Vec<String>> {
        let users: Vec<String> = (0..self.chance.between(1, 2)).map(|n| format!("user{n}")).collect();
        for (user, first) in users.iter().zip(0_u64..) {
            let mut scene = self.stage.lock();
            scene.source.add_account(user, (first + 1) * 10_000);
            scene.target.add_account(user, 1_000_000 + first * 10_000);
        }
        people::settle_in(&mut self.stage.lock());
        let mut lab = Lab::new(self.stage.clone())?;
        lab.serve();
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.schedule();
        self.show();
        lab.set_up(&users).await?;
        let passes = self.chance.between(1, 4);
        for pass in 1..=passes {
            self.come_to_rest(&mut lab).await?;
            if pass < passes {
                self.between(&mut lab).await?;
            }
        }
        self.verdict(&mut lab).await
    }

    /// What is done between two passes, and asked for.
    async fn between(&mut self, lab: &mut Lab) -> Result<()> {
        self.settle(lab)?;
        for _ in 0..self.chance.of_any_size(12) {
            let side = if self.chance.one_in(3) { Side::Target } else { Side::Source };
            people::act(&mut self.stage.lock(), side);
        }
        self.renumber();
        self.schedule();
        self.again(lab).await
    }

    /// A pass for everybody, also for those who failed.
    async fn again(&mut self, lab: &Lab) -> Result<()> {
        self.show();
        let users = lab.users()?;
        let failed = |user: &model::User| {
            let status = user_status(Wish::Run, user.facts);
            matches!(status, UserStatus::Failed | UserStatus::IncrementalFailed)
        };
        if users.iter().any(failed) {
            lab.start().await?;
        }
        lab.sync_now().await
    }

    /// Draws what is to befall the next pass.
    fn schedule(&mut self) {
        let climate = self.stage.lock().climate.clone();
        let chance = &mut self.chance;
        let mut ahead = Vec::new();
        let mut plan = |chance: &mut Chance, incident: Incident| {
            let at = if chance.one_in(3) {
                chance.of_any_size(self.events)
            } else {
                chance.between(0, self.events)
            };
            ahead.push((at, incident));
        };
        if chance.one_in(climate.kills) {
            for _ in 0..chance.between(1, 3) {
                plan(chance, Incident::Kill);
            }
        }
        if chance.one_in(climate.power_cuts) {
            plan(chance, Incident::PowerCut);
        }
        if chance.one_in(climate.clock_steps) {
            let size = i64::try_from(chance.of_any_size(3 * 86_400)).unwrap_or(0);
            let step = if chance.one_in(2) { size } else { -size };
            plan(chance, Incident::Clock(SignedDuration::from_secs(step)));
        }
        if chance.one_in(climate.store_locks) {
            let how_long = Duration::from_secs(chance.of_any_size(120));
            plan(chance, Incident::Lock(how_long));
        }
        if self.disk.one_in(climate.full_disks) {
            let how_long = Duration::from_secs(self.disk.of_any_size(120));
            plan(&mut self.disk, Incident::FullDisk(how_long));
        }
        if chance.one_in(climate.outages) {
            let side = if chance.one_in(2) { Side::Source } else { Side::Target };
            let how_long = Duration::from_secs(chance.of_any_size(600));
            plan(chance, Incident::Away(side, how_long));
        }
        if climate.meddling {
            for _ in 0..chance.of_any_size(6) {
                let side = if chance.one_in(3) { Side::Target } else { Side::Source };
                plan(chance, Incident::People(side));
            }
        }
        self.stage.lock().schedule = Schedule::new(ahead);
    }

    /// Waits until nobody has anything to do; puts a successor in a dead worker's place.
    async fn come_to_rest(&mut self, lab: &mut Lab) -> Result<()> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            tokio::time::sleep(Duration::from_millis(300)).await;
            lab.revive(&mut self.chance).await?;
            let users = lab.users()?;
            let now = self.stage.lock().now();
            if users.iter().all(|user| is_at_rest(user, now)) {
                break;
            }
            if tokio::time::Instant::now() > deadline {
                let states: Vec<_> = users.iter().map(|u| (&u.facts, &u.error, u.due_at)).collect();
                return Err(model::Error::internal(format!("never comes to rest: {states:?}")));
            }
        }
        let users = lab.users()?;
        let mut scene = self.stage.lock();
        self.events = scene.schedule.done().clamp(30, 2_000);
        for user in users {
            let status = user_status(Wish::Run, user.facts);
            let error = user.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
            scene.trace.add(format!("{} is {status:?}{error}", user.row.user_name));
        }
        Ok(())
    }

    /// A pass begins.
    fn show(&self) {
        self.stage.lock().accounts().for_each(Account::show);
    }

    /// What is on the target now is known to the ledger, if all is well with it and on the disk.
    fn settle(&self, lab: &Lab) -> Result<()> {
        let all_well =
            lab.users()?.iter().all(|user| user_status(Wish::Run, user.facts) == UserStatus::Synced);
        if all_well && lab.reach_disk() {
            let mut scene = self.stage.lock();
            // A power cut may have taken the wish for the pass, too: then there was none.
            if std::mem::take(&mut scene.forgetful) {
                return Ok(());
            }
            scene.accounts().for_each(Account::settle);
        }
        Ok(())
    }

    /// Servers forget their numbers, while nobody looks.
    fn renumber(&mut self) {
        let mut scene = self.stage.lock();
        let times = scene.climate.renumbering;
        for side in [Side::Source, Side::Target] {
            // Rewritten copies without a row and without numbers are nobody's.
            let unknown = side == Side::Target && scene.target.manners.rewrites && !scene.target.is_settled();
            let unclear = unknown || scene.server(side).has_ruins();
            if !self.chance.one_in(times) || scene.server(side).open > 0 || unclear {
                continue;
            }
            scene.trace.add(format!("{side:?} has other numbers"));
            scene.server(side).renumber();
        }
    }

    /// All faults end; passes run until nothing is left to do; then all must be right.
    async fn verdict(&mut self, lab: &mut Lab) -> Result<Vec<String>> {
        self.stage.lock().calm_down();
        let mut faults = Vec::new();
        for _ in 0..3 {
            self.again(lab).await?;
            self.come_to_rest(lab).await?;
        }
        self.idle(lab, &mut faults).await?;
        for user in lab.users()? {
            let (skipped, report) = (lab.skipped(&user)?, lab.report(&user));
            faults.extend(oracle::judge(&self.stage.lock(), &user, &skipped, &report));
        }
        if faults.is_empty() {
            self.restore(lab, &mut faults).await?;
        }
        if !faults.is_empty() {
            for user in lab.users()? {
                let told = |line| format!("report of {}: {line}", user.row.user_name);
                faults.extend(lab.report(&user).into_iter().map(told));
            }
        }
        Ok(faults)
    }

    /// What is missing on the target is asked for, now and then.
    async fn restore(&mut self, lab: &mut Lab, faults: &mut Vec<String>) -> Result<()> {
        let times = self.stage.lock().climate.restoring;
        if !self.chance.one_in(times) {
            return Ok(());
        }
        self.stage.lock().trace.add("what is missing is asked for");
        let before: BTreeMap<String, Held> = {
            let scene = self.stage.lock();
            scene.target.accounts.iter().map(|(who, account)| (who.clone(), Held::of(account))).collect()
        };
        lab.restore_missing().await?;
        self.come_to_rest(lab).await?;
        for user in lab.users()? {
            let (skipped, scene) = (lab.skipped(&user)?, self.stage.lock());
            let Some(before) = before.get(&user.row.user_name) else { continue };
            faults.extend(oracle::restored(&scene, &user, &skipped, before));
        }
        self.idle(lab, faults).await
    }

    /// One more pass, which has nothing to do.
    async fn idle(&mut self, lab: &mut Lab, faults: &mut Vec<String>) -> Result<()> {
        let before = self.stage.lock().target.appended;
        self.again(lab).await?;
        self.come_to_rest(lab).await?;
        let more = self.stage.lock().target.appended - before;
        if more > 0 {
            faults.push(format!("a pass with nothing to do copied {more}"));
        }
        Ok(())
    }
}
