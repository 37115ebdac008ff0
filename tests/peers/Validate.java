import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.*;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.*;

/** Judges the PDFs named on stdin, one path a line, by the profiles named as arguments.
 *
 * Prints `fail`, `done` or `error` lines, tab-separated: kind, path, profile, detail.
 * Every pair of PDF and profile ends in one `done` or `error`, so silence is never a pass.
 */
public class Validate {
    static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    public static void main(String[] names) throws Exception {
        System.setOut(System.err);  // the engine may chat
        VeraGreenfieldFoundryProvider.initialise();
        var paths = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).lines().toList();
        for (String name : names) {
            ValidationProfile profile = profile(name);
            for (String path : paths) judge(path, name, profile);
        }
    }

    /** The jar's own directory look-up fails, so a profile is read by its resource path. */
    static ValidationProfile profile(String name) throws Exception {
        try (InputStream xml = Profiles.class.getResourceAsStream("/org/verapdf/pdfa/validation/" + name + ".xml")) {
            return Profiles.profileFromXml(xml);
        }
    }

    static void judge(String path, String name, ValidationProfile profile) {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(path), profile.getPDFAFlavour());
             PDFAValidator validator = Foundries.defaultInstance().createValidator(profile, 10, false, false, false)) {
            ValidationResult result = validator.validate(parser);
            for (Map.Entry<RuleId, Integer> failed : result.getFailedChecks().entrySet())
                tell("fail", path, name, rule(profile, failed.getKey()) + " ×" + failed.getValue());
            boolean sound = result.getTotalAssertions() > 0 && result.isCompliant() == result.getFailedChecks().isEmpty();
            tell(sound ? "done" : "error", path, name,
                 result.getTotalAssertions() + " checks, " + result.getJobEndStatus());
        } catch (Exception | LinkageError e) {
            tell("error", path, name, e.toString());
        }
    }

    static String rule(ValidationProfile profile, RuleId id) {
        return id.getClause() + "-" + id.getTestNumber() + ": " + profile.getRuleByRuleId(id).getDescription();
    }

    static void tell(String kind, String path, String name, String detail) {
        OUT.println(String.join("\t", kind, path, name, detail.replaceAll("\\s+", " ")));
    }
}
