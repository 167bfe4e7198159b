"""Train two models that tell penguins apart, and publish only a good one.

Branches and trigger rules, and a data frame that travels from task to task.
"""

from nbflow import DAG, EmptyOperator, Param, task

with DAG(
    "penguin_model",
    description="Train, compare, and publish the better model if it is good enough",
    params={"good_enough": Param(0.95, type="number", minimum=0, maximum=1)},
    tags=["example", "branch"],
) as dag:

    @task
    def load():
        from palmerpenguins import load_penguins

        penguins = load_penguins().dropna()
        print(penguins.groupby("species").size())
        return penguins

    @task
    def train(penguins, kind):
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import cross_val_score
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        models = {
            "forest": RandomForestClassifier(n_estimators=50, random_state=0),
            "logistic": make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)),
        }
        features = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
        scores = cross_val_score(models[kind], penguins[features], penguins["species"], cv=5)
        print(f"{kind}: {scores.mean():.3f} +- {scores.std():.3f}")
        return {"kind": kind, "score": float(scores.mean())}

    @task.branch
    def good_enough(forest, logistic, params):
        best = max(forest, logistic, key=lambda result: result["score"])
        print(f"Best: {best['kind']} with {best['score']:.3f}, wanted {params['good_enough']}")
        return "publish" if best["score"] >= params["good_enough"] else "ask_for_help"

    @task
    def publish(forest, logistic):
        best = max(forest, logistic, key=lambda result: result["score"])
        print(f"Published the {best['kind']} model.")
        return best["kind"]

    penguins = load()
    forest = train.override(task_id="train_forest")(penguins, "forest")
    logistic = train.override(task_id="train_logistic")(penguins, "logistic")
    ask_for_help = EmptyOperator(task_id="ask_for_help")
    done = EmptyOperator(task_id="done", trigger_rule="none_failed_min_one_success")
    decision = good_enough(forest, logistic)
    decision >> [publish(forest, logistic), ask_for_help] >> done
